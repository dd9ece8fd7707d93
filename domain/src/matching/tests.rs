//! Examples, where a random pool would say less.

mod explanations;

use super::*;
use crate::{TicketId, Timestamp, UserId};

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn values(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn person(age: u8, gender: &str) -> Features {
    Features {
        age,
        gender: gender.to_owned(),
        interests: values(&["chess", "board_games", "books"]),
        looking_for: values(&["friendship"]),
        languages: values(&["en", "de"]),
        ..Features::default()
    }
}

fn candidate(number: i64, joined_at: Timestamp, features: Features) -> Candidate {
    let id = uuid::Uuid::from_u128(u128::from(number.unsigned_abs()));
    Candidate {
        user: UserId(id),
        ticket: TicketId(id),
        joined_at,
        features,
    }
}

fn at_once(pool: &[Candidate]) -> Vec<Proposal> {
    pair(
        pool,
        |_, _| false,
        |_, _| 0.5,
        |_| 1.0,
        &Policy::default(),
        &mut RecentScores::default(),
        NOW,
    )
}

fn explained(one: &Features, other: &Features, parts: &model::Parts) -> Match {
    explain(side(one, 1), side(other, 2), 0.25, parts)
}

fn side(features: &Features, ticket: u128) -> Side<'_> {
    Side {
        ticket: TicketId(uuid::Uuid::from_u128(ticket)),
        features,
        words: None,
        bio: None,
    }
}

/// Whom the filters keep out of these others.
fn excluded(me: &Features, others: &[Features]) -> Vec<Filtered> {
    let mut census = Census::default();
    census.joins(me);
    others.iter().for_each(|other| census.joins(other));
    census.excluded(me)
}

#[test]
fn empty_features_are_a_lawful_person() {
    let nobody = Features::default();
    assert_eq!(may_meet(&nobody, &nobody), Ok(()));
    let the_match = explained(&nobody, &nobody, &model::Parts::default());
    assert!(the_match.reasons.is_empty() && the_match.icebreaker.is_some());
}

#[test]
fn who_have_no_language_in_common_do_not_meet() {
    let speaking = |languages: &[&str]| Features {
        languages: values(languages),
        ..person(30, "woman")
    };
    let german = speaking(&["de", "fr"]);
    assert_eq!(may_meet(&german, &speaking(&["fr", "en"])), Ok(()));
    assert_eq!(
        may_meet(&german, &speaking(&[])),
        Ok(()),
        "who named none may speak any"
    );
    assert_eq!(
        may_meet(&german, &speaking(&["en"])),
        Err(FilterName::Language)
    );
    let pool: Vec<Features> = (0..10)
        .map(|number| speaking(if number % 2 == 0 { &["en"] } else { &["fr"] }))
        .collect();
    let counted = excluded(&german, &pool);
    let expected = Filtered {
        name: FilterName::Language,
        excluded: 5,
        withheld: false,
    };
    assert_eq!(counted, [expected]);
}

#[test]
fn minors_and_adults_never_meet() {
    let (minor, adult) = (person(17, "woman"), person(18, "woman"));
    assert_eq!(may_meet(&minor, &adult), Err(FilterName::AgeGroup));
    assert_eq!(may_meet(&minor, &minor), Ok(()));
}

#[test]
fn a_wish_of_either_side_keeps_two_apart() {
    let anybody = person(30, "woman");
    let women_only = Features {
        preferred_genders: values(&["woman"]),
        ..person(30, "man")
    };
    let forties_only = Features {
        age_min: Some(40),
        age_max: Some(49),
        ..person(45, "woman")
    };
    assert_eq!(may_meet(&women_only, &anybody), Ok(()));
    assert_eq!(
        may_meet(&women_only, &person(30, "man")),
        Err(FilterName::Gender)
    );
    assert_eq!(
        may_meet(&person(30, "man"), &women_only),
        Err(FilterName::Gender)
    );
    assert_eq!(may_meet(&anybody, &forties_only), Err(FilterName::Age));
    assert_eq!(may_meet(&person(40, "man"), &forties_only), Ok(()));
    assert_eq!(
        may_meet(&person(50, "man"), &forties_only),
        Err(FilterName::Age)
    );
}

#[test]
fn no_age_can_be_found_out_by_saving_wish_after_wish() {
    let others = |age: u8, count: usize| vec![person(age, "woman"); count];
    // Alone with one other, nothing is told, whatever the wish.
    let told = |age: u8, wish: u8| {
        let me = Features {
            age_min: Some(wish),
            ..person(30, "man")
        };
        excluded(&me, &others(age, 1))
    };
    for wish in 18..60 {
        assert_eq!(told(33, wish), told(47, wish), "{wish}");
    }
    // Nor of a few who differ from the others of a pool.
    let me = Features {
        age_min: Some(30),
        ..person(30, "man")
    };
    let among = |odd: u8| excluded(&me, &[others(40, 20), others(odd, 2)].concat());
    assert_eq!(among(25), among(45));
}

#[test]
fn filters_are_named_in_snake_case_and_only_those_that_are_set() {
    let me = Features {
        preferred_genders: values(&["man"]),
        age_max: Some(40),
        ..person(30, "woman")
    };
    let three = [person(30, "man"), person(50, "man"), person(50, "woman")];
    let pool: Vec<Features> = three.iter().cycle().take(12).cloned().collect();
    let counted = serde_json::to_string(&excluded(&me, &pool)).unwrap();
    assert_eq!(
        counted,
        r#"[{"name":"gender","excluded":5},{"name":"age","excluded":10},{"name":"language","excluded":0}]"#
    );
    let counted = serde_json::to_string(&excluded(&me, &three)).unwrap();
    assert!(
        counted.starts_with(r#"[{"name":"gender","excluded":0,"withheld":true},"#),
        "{counted}"
    );
    let without_wishes = Features {
        languages: Vec::new(),
        ..person(30, "woman")
    };
    assert!(excluded(&without_wishes, &pool).is_empty());
}

#[test]
fn equal_worth_is_decided_by_who_joined_earlier() {
    let pool: Vec<Candidate> = (0..3)
        .map(|n| candidate(n, Timestamp(NOW.0 - 10 * n), person(30, "woman")))
        .collect();
    let proposals = at_once(&pool);
    assert_eq!(proposals.len(), 1);
    assert_eq!((proposals[0].one, proposals[0].other), (2, 1));
}

#[test]
fn a_user_with_two_tickets_is_paired_once_and_not_with_themself() {
    let mut pool = vec![
        candidate(1, NOW, person(30, "woman")),
        candidate(1, NOW, person(30, "woman")),
    ];
    assert!(at_once(&pool).is_empty());
    pool.push(candidate(2, NOW, person(30, "woman")));
    assert_eq!(at_once(&pool).len(), 1);
}
