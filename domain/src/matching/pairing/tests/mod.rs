//! The promises of the pairing, tried over random people.

mod filters;
mod optimum;
mod reserve;
mod watched;

use proptest::{prelude::*, sample::select, sample::subsequence};

use super::*;

pub(super) const NOW: Timestamp = Timestamp(1_795_000_000_000);
const GENDERS: &[&str] = &["woman", "man", "non_binary", "from_another_version", ""];

pub(super) fn any_features() -> impl Strategy<Value = Features> {
    let wish = prop_oneof![
        2 => Just(Vec::new()),
        1 => subsequence(GENDERS, 0..=3).prop_map(|some| some.into_iter().map(str::to_owned).collect()),
    ];
    let ages = (
        prop::option::weighted(0.3, 13..60u8),
        prop::option::weighted(0.3, 13..60u8),
    );
    let languages = subsequence(vec!["en", "de", "from_another_version"], 0..=2);
    let person = (12..70u8, select(GENDERS), wish, ages, languages);
    person.prop_map(|(age, gender, wish, ages, languages)| Features {
        age,
        languages: languages.into_iter().map(str::to_owned).collect(),
        gender: gender.to_owned(),
        preferred_genders: wish,
        age_min: ages.0,
        age_max: ages.1,
        ..Features::default()
    })
}

pub(super) fn candidate(number: usize, waited_ms: i64, features: Features) -> Candidate {
    let id = uuid::Uuid::from_u128(number as u128);
    Candidate {
        user: UserId(id),
        ticket: TicketId(id),
        joined_at: Timestamp(NOW.0 - waited_ms),
        features,
    }
}

pub(super) fn any_pool(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec((0..60_000i64, any_features()), sizes).prop_map(|people| {
        let numbered = people.into_iter().enumerate();
        numbered
            .map(|(number, (waited, person))| candidate(number, waited, person))
            .collect()
    })
}

/// Some pairs block each other or have met lately.
pub(super) fn is_forbidden(one: UserId, other: UserId) -> bool {
    (one.0.as_u128() + other.0.as_u128()).is_multiple_of(5)
}

/// A score of its own for every pair, out of their ranks.
pub(super) fn any_score(pair: Pairable) -> f32 {
    let mixed = (pair.one() * 7919 + pair.other() * 104_729) % 1_000;
    f32::from(u16::try_from(mixed).unwrap()) / 1_000.0
}

/// The policy for a large pool, for any pool.
pub(super) fn crowded() -> Policy {
    Policy {
        exact_up_to: 0,
        ..Policy::default()
    }
}
