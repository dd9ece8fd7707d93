//! The hard filters hold, whatever the pool, the score and the solver.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::matching::may_meet;

proptest! {
    #[test]
    fn the_screen_lets_through_exactly_whom_the_wishes_and_the_caller_allow(pool in any_pool(2..20)) {
        let roster = Roster::of(&pool);
        let screen = Screen::new(&roster, is_forbidden);
        for one in (0u32..).take(roster.len()) {
            for other in (0u32..).take(roster.len()) {
                let [a, b] = [one, other].map(|rank| &pool[roster.source(rank)]);
                let allowed = a.user != b.user
                    && may_meet(&a.features, &b.features).is_ok()
                    && !is_forbidden(a.user, b.user);
                prop_assert_eq!(screen.pairable(one, other).is_some(), allowed);
            }
        }
    }

    #[test]
    fn no_solver_pairs_whom_the_filters_keep_apart_and_nobody_twice(
        pool in any_pool(0..60), is_crowd in any::<bool>(), worth in prop_oneof![Just(f32::NAN), Just(f32::INFINITY), -1.0..2.0f32]
    ) {
        let policy = if is_crowd { crowded() } else { Policy::default() };
        let roster = Roster::of(&pool);
        let screen = Screen::new(&roster, is_forbidden);
        let worth = |pair: Pairable| if pair.one().is_multiple_of(2) { worth } else { any_score(pair) };
        let found = couples(&screen, &worth, &policy, &mut RecentScores::default(), NOW);
        let mut seen = BTreeSet::new();
        for couple in found {
            let [a, b] = couple.pair().ranks().map(|rank| &pool[roster.source(rank)]);
            prop_assert!(may_meet(&a.features, &b.features).is_ok());
            prop_assert!((a.features.age < 18) == (b.features.age < 18));
            prop_assert!(!is_forbidden(a.user, b.user));
            prop_assert!(seen.insert(a.user) && seen.insert(b.user));
        }
    }
}

#[test]
fn more_genders_than_there_are_bits_violate_no_wish() {
    let wish = |gender: &str, wanted: &str| Features {
        age: 30,
        gender: gender.to_owned(),
        preferred_genders: vec![wanted.to_owned()],
        ..Features::default()
    };
    let unknown = (0..200).map(|n| wish(&format!("g{n}"), &format!("g{}", n ^ 1)));
    let pool: Vec<Candidate> = unknown
        .enumerate()
        .map(|(n, person)| candidate(n, 0, person))
        .collect();
    let proposals = pair(
        &pool,
        |_, _| false,
        |_, _| 0.5,
        |_| 1.0,
        &Policy::default(),
        &mut RecentScores::default(),
        NOW,
    );
    assert!(!proposals.is_empty(), "those with a bit meet");
    for Proposal { one, other, .. } in proposals {
        assert_eq!(may_meet(&pool[one].features, &pool[other].features), Ok(()));
    }
}
