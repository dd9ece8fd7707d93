//! The lettered properties of `README.md`, tried over random people and pools.

mod census;

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select, sample::subsequence};

use super::*;
use crate::{TicketId, Timestamp, UserId};

const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// Few values, so that people have something in common; one that no version knows.
const INTERESTS: &[&str] = &[
    "chess",
    "books",
    "hiking",
    "music",
    "yoga",
    "from_another_version",
];
const GENDERS: &[&str] = &["woman", "man", "non_binary", "", "agender"];

fn some(values: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let chosen = subsequence(values, 0..=values.len()).prop_shuffle();
    chosen.prop_map(|chosen| chosen.into_iter().map(str::to_owned).collect())
}

fn any_person() -> impl Strategy<Value = Features> {
    let wishes = (
        prop_oneof![3 => Just(Vec::new()), 1 => some(GENDERS)],
        prop::option::weighted(0.3, 13..60u8),
        prop::option::weighted(0.3, 13..60u8),
    );
    let lists = (
        some(INTERESTS),
        some(&["friendship", "dating", "advice"]),
        some(&["en", "de", "xx", "yy"]),
    );
    (14..60u8, select(GENDERS), wishes, lists).prop_map(|(age, gender, wishes, lists)| Features {
        age,
        gender: gender.to_owned(),
        preferred_genders: wishes.0,
        age_min: wishes.1,
        age_max: wishes.2,
        interests: lists.0,
        looking_for: lists.1,
        languages: lists.2,
    })
}

fn candidate(number: usize, waited_ms: i64, features: Features) -> Candidate {
    let id = uuid::Uuid::from_u128(number as u128);
    Candidate {
        user: UserId(id),
        ticket: TicketId(id),
        joined_at: Timestamp(NOW.0 - waited_ms),
        features,
    }
}

fn any_pool() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec((0..60_000i64, any_person()), 0..24).prop_map(|people| {
        let numbered = people.into_iter().enumerate();
        numbered
            .map(|(number, (waited, person))| candidate(number, waited, person))
            .collect()
    })
}

fn side(features: &Features) -> Side<'_> {
    Side {
        ticket: TicketId(uuid::Uuid::from_u128(features.interests.len() as u128)),
        features,
        words: None,
        bio: None,
    }
}

/// Some pairs have met lately or block each other.
fn is_forbidden(one: UserId, other: UserId) -> bool {
    (one.0.as_u128() + other.0.as_u128()).is_multiple_of(5)
}

/// The proposals of a pool that knows no scores yet: nobody is held back.
fn at_once<F: Described>(pool: &[Candidate<F>]) -> Vec<Proposal> {
    pair(
        pool,
        is_forbidden,
        |_, _| 0.5,
        |_| 1.0,
        &Policy::default(),
        &mut RecentScores::default(),
        NOW,
    )
}

/// Somebody who was packed before.
struct WithPacked {
    features: Features,
    packed: Packed,
}

impl Described for WithPacked {
    fn features(&self) -> &Features {
        &self.features
    }

    fn packed(&self) -> Option<&Packed> {
        Some(&self.packed)
    }
}

fn with_packed(candidate: Candidate) -> Candidate<WithPacked> {
    let Candidate {
        user,
        ticket,
        joined_at,
        features,
    } = candidate;
    let packed = Packed::of(&features);
    Candidate {
        user,
        ticket,
        joined_at,
        features: WithPacked { features, packed },
    }
}

fn couples(pool: &[Candidate], proposals: &[Proposal]) -> BTreeSet<[UserId; 2]> {
    let couple = |proposal: &Proposal| {
        let mut users = [pool[proposal.one].user, pool[proposal.other].user];
        users.sort();
        users
    };
    proposals.iter().map(couple).collect()
}

/// The wishes of `of`, said once more in other words than the code's.
fn accepts(of: &Features, other: &Features) -> bool {
    let lowest = of.age_min.unwrap_or(0);
    let highest = of.age_max.unwrap_or(u8::MAX);
    (of.preferred_genders.is_empty() || of.preferred_genders.contains(&other.gender))
        && (lowest <= other.age && other.age <= highest)
        && speak_alike(of, other)
}

/// No two have said languages of which none is common.
fn speak_alike(of: &Features, other: &Features) -> bool {
    let [of, other] = [of, other].map(|person| person.languages.iter().collect::<BTreeSet<_>>());
    of.is_empty() || other.is_empty() || !of.is_disjoint(&other)
}

proptest! {
    #[test]
    fn whoever_was_packed_before_meets_the_same_people(pool in any_pool()) {
        let proposals = at_once(&pool);
        let packed: Vec<_> = pool.into_iter().map(with_packed).collect();
        prop_assert_eq!(at_once(&packed), proposals);
    }

    #[test]
    fn filters_are_the_same_from_both_sides(a in any_person(), b in any_person()) {
        prop_assert_eq!(may_meet(&a, &b), may_meet(&b, &a));
    }

    #[test]
    fn a_match_is_bounded_the_same_from_both_sides_and_survives_json(
        a in any_person(), b in any_person(), score in any::<f64>().prop_filter("a number", |score| !score.is_nan())
    ) {
        let parts = model::Parts { interests: 0.1, looking_for: -0.2 };
        let explained = |one, other| explain(side(one), side(other), score, &parts);
        let the_match = explained(&a, &b);
        prop_assert!((0.0..=1.0).contains(&the_match.score));
        let json = serde_json::to_string(&the_match).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Match>(&json).unwrap(), &the_match);
        prop_assert_eq!(explained(&b, &a), the_match);
    }

    #[test]
    fn a_reason_tells_only_what_both_have_in_common(a in any_person(), b in any_person()) {
        let the_match = explain(side(&a), side(&b), 0.25, &model::Parts::default());
        for reason in &the_match.reasons {
            prop_assert!(reason.text.ends_with('.'));
            for value in &reason.values {
                let has = |person: &Features| {
                    person.interests.contains(value)
                        || person.looking_for.contains(value)
                        || person.languages.contains(value)
                };
                prop_assert!(has(&a) && has(&b));
            }
        }
        prop_assert!(the_match.icebreaker.is_some_and(|question| question.ends_with('?')));
    }

    #[test]
    fn what_is_said_of_a_match_tells_nothing_of_the_ages(a in any_person(), b in any_person(), other_age in 18..99u8) {
        let said = |b: &Features| explain(side(&a), side(b), 0.25, &model::Parts::default());
        let older = Features { age: other_age, ..b.clone() };
        prop_assert_eq!(said(&older), said(&b));
    }

    #[test]
    fn nobody_meets_against_a_wish(pool in any_pool()) {
        for proposal in at_once(&pool) {
            let (a, b) = (&pool[proposal.one].features, &pool[proposal.other].features);
            prop_assert!(accepts(a, b) && accepts(b, a));
            prop_assert_eq!(a.age < 18, b.age < 18);
        }
    }

    #[test]
    fn who_may_not_meet_by_the_wishes_is_told_by_the_filter(a in any_person(), b in any_person()) {
        let lawful = accepts(&a, &b) && accepts(&b, &a) && (a.age < 18) == (b.age < 18);
        prop_assert_eq!(may_meet(&a, &b).is_ok(), lawful);
    }

    #[test]
    fn no_forbidden_pair_is_proposed_and_nobody_twice(pool in any_pool()) {
        let proposals = at_once(&pool);
        let mut seen = BTreeSet::new();
        for [one, other] in couples(&pool, &proposals) {
            prop_assert!(!is_forbidden(one, other));
            prop_assert!(seen.insert(one) && seen.insert(other));
        }
        prop_assert_eq!(seen.len(), 2 * proposals.len());
    }

    #[test]
    fn no_two_stay_behind_who_could_have_met(pool in any_pool()) {
        let proposals = at_once(&pool);
        let paired: BTreeSet<UserId> = couples(&pool, &proposals).into_iter().flatten().collect();
        let left: Vec<&Candidate> = pool.iter().filter(|c| !paired.contains(&c.user)).collect();
        for (i, one) in left.iter().enumerate() {
            for other in &left[i + 1..] {
                let meet = may_meet(&one.features, &other.features).is_ok();
                prop_assert!(!meet || is_forbidden(one.user, other.user));
            }
        }
    }

    #[test]
    fn who_has_waited_long_enough_comes_first_whatever_the_score(pool in any_pool(), person in any_person()) {
        let mut pool = pool;
        let longer = 60_000 + 300_000 + 1_000;
        let patient = candidate(1_000, longer, person);
        pool.push(patient.clone());
        let could = pool.iter().any(|other| {
            other.user != patient.user
                && may_meet(&patient.features, &other.features).is_ok()
                && !is_forbidden(patient.user, other.user)
        });
        let proposals = at_once(&pool);
        let first = proposals.first().map(|proposal| pool[proposal.one].user);
        prop_assert_eq!(first == Some(patient.user), could);
    }
}
