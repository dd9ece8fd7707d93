//! Examples, where a random pool would say less.

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
        &Policy::default(),
        &mut RecentScores::default(),
        NOW,
    )
}

#[test]
fn the_strongest_reason_comes_first_and_all_read_as_sentences() {
    let the_match = score(&person(30, "woman"), &person(32, "man"));
    let texts: Vec<&str> = the_match
        .reasons
        .iter()
        .map(|reason| reason.text.as_str())
        .collect();
    let expected = [
        "You both like board games, books and chess.",
        "You are both looking for friendship.",
        "You both speak German and English.",
        "You are close in age.",
    ];
    assert_eq!(texts, expected);
    assert!(the_match.score > 0.9);
}

#[test]
fn people_with_nothing_in_common_get_a_low_score_and_a_general_question() {
    let other = Features {
        interests: values(&["yoga"]),
        looking_for: values(&["dating"]),
        languages: values(&["ja"]),
        ..person(60, "man")
    };
    let the_match = score(&person(30, "woman"), &other);
    assert!(the_match.score < 0.05);
    assert!(the_match.reasons.is_empty());
    assert!(the_match.icebreaker.is_some());
}

#[test]
fn empty_features_are_a_lawful_person() {
    let nobody = Features::default();
    assert_eq!(may_meet(&nobody, &nobody), Ok(()));
    assert!(score(&nobody, &nobody).score > 0.0);
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
fn filters_are_named_in_snake_case_and_only_those_that_are_set() {
    let me = Features {
        preferred_genders: values(&["man"]),
        age_max: Some(40),
        ..person(30, "woman")
    };
    let pool = [person(30, "man"), person(50, "man"), person(50, "woman")];
    let counted = serde_json::to_string(&count_excluded(&me, pool.iter())).unwrap();
    assert_eq!(
        counted,
        r#"[{"name":"gender","excluded":1},{"name":"age","excluded":2}]"#
    );
    assert!(count_excluded(&person(30, "woman"), pool.iter()).is_empty());
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
