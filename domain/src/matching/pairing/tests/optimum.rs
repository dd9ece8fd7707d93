//! How good a pairing is: the best there is in a small pool, near it in a large one.

use proptest::prelude::*;

use super::*;

/// The greatest total weight of any pairing, by trying all.
fn brute_force(free: u32, weights: &dyn Fn(u32, u32) -> Option<f64>) -> f64 {
    if free == 0 {
        return 0.0;
    }
    let one = free.trailing_zeros();
    let rest = free & !(1 << one);
    let alone = brute_force(rest, weights);
    let partners = (0..32).filter(|other| rest >> other & 1 == 1);
    let paired = partners.filter_map(|other| {
        Some(weights(one, other)? + brute_force(rest & !(1 << other), weights))
    });
    paired.fold(alone, f64::max)
}

fn total(couples: &[Edge]) -> f64 {
    couples.iter().map(|edge| f64::from(edge.weight)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_small_pool_gets_the_best_pairing_there_is(pool in any_pool(0..11)) {
        let roster = Roster::of(&pool);
        let screen = Screen::new(&roster, is_forbidden);
        let policy = Policy::default();
        let terms = Terms::new(&roster, &any_score, &policy, &RecentScores::default(), NOW);
        let weight = |one: u32, other: u32| {
            let pair = screen.pairable(one, other)?;
            Some(f64::from(terms.edge(pair, any_score(pair))?.weight))
        };
        let best = brute_force((1 << roster.len()) - 1, &weight);
        let found = couples(&screen, &any_score, &policy, &mut RecentScores::default(), NOW);
        prop_assert!((total(&found) - best).abs() < 1e-5, "{} instead of {best}", total(&found));
    }

    #[test]
    fn the_order_of_the_pool_matters_to_no_solver(
        (pool, shuffled) in any_pool(0..40).prop_flat_map(|pool| {
            let shuffled = Just(pool.clone()).prop_shuffle();
            (Just(pool), shuffled)
        }), is_crowd in any::<bool>()
    ) {
        let policy = if is_crowd { crowded() } else { Policy::default() };
        let users = |pool: &[Candidate]| -> Vec<[UserId; 2]> {
            let proposals = pair(pool, is_forbidden, |_, _| 0.5, |_| 1.0, &policy, &mut RecentScores::default(), NOW);
            proposals.iter().map(|pair| [pool[pair.one].user, pool[pair.other].user]).collect()
        };
        prop_assert_eq!(users(&pool), users(&shuffled));
    }
}

#[test]
fn a_large_pool_gets_nearly_the_best_pairing_of_what_was_scored() {
    // All may meet all, each pair has a weight of its own, and the sparse graph keeps eight edges a person.
    let anybody = |n: usize| {
        candidate(
            n,
            0,
            Features {
                age: 30,
                ..Features::default()
            },
        )
    };
    let pool: Vec<Candidate> = (0..240).map(anybody).collect();
    let roster = Roster::of(&pool);
    let screen = Screen::new(&roster, |_, _| false);
    let found = |policy: &Policy| {
        couples(
            &screen,
            &any_score,
            policy,
            &mut RecentScores::default(),
            NOW,
        )
    };
    let (exact, crowd) = (found(&Policy::default()), found(&crowded()));
    assert_eq!(exact.len(), 120);
    assert!(
        total(&crowd) > 0.9 * total(&exact),
        "{} of {}",
        total(&crowd),
        total(&exact)
    );
}

#[test]
fn whoever_speaks_what_few_speak_is_found_in_a_large_pool() {
    let speaks = |n: usize, language: String| {
        let features = Features {
            age: 30,
            languages: vec![language],
            ..Features::default()
        };
        candidate(n, 60_000, features)
    };
    let mut pool: Vec<Candidate> = (0..3_000).map(|n| speaks(n, "en".to_owned())).collect();
    // More than a tick looks at everybody for.
    let rare = (0..200).map(|n| speaks(3_000 + n, format!("of two: {}", n / 2)));
    pool.extend(rare);
    let is_rare = |person: &Candidate| person.features.languages[0] != "en";
    for tick in 0..30 {
        let now = NOW.plus(std::time::Duration::from_secs(tick));
        let recent = &mut RecentScores::default();
        let policy = Policy::default();
        let found = pair(
            &pool,
            |_, _| false,
            |_, _| 0.5,
            |_| 1.0,
            &policy,
            recent,
            now,
        );
        let mut met: Vec<usize> = found
            .iter()
            .flat_map(|couple| [couple.one, couple.other])
            .filter(|&at| is_rare(&pool[at]))
            .collect();
        met.sort_unstable_by_key(|&at| std::cmp::Reverse(at));
        for at in met {
            pool.remove(at);
        }
    }
    assert_eq!(pool.iter().filter(|person| is_rare(person)).count(), 0);
}
