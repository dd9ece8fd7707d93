//! What is watched of the pairing.

use std::cell::Cell;

use super::*;
use crate::matching::pairing::fairness::starving;

#[test]
fn waits_are_summed_up_by_segment_and_keeps_by_score() {
    let mut fairness = Fairness::default();
    let woman = Features {
        age: 30,
        gender: "woman".to_owned(),
        ..Features::default()
    };
    let segment = Segment::of(&woman);
    assert_eq!(
        segment,
        Segment {
            gender: "woman",
            ages: "25-34"
        }
    );
    for secs in 1..=100 {
        fairness.matched_after(segment, Duration::from_secs(secs));
    }
    let waits: Vec<_> = fairness.waits().collect();
    let expected = WaitSummary {
        p50: Duration::from_secs(50),
        p95: Duration::from_secs(96),
    };
    assert_eq!(waits, [(segment, expected)]);
    for (score, kept) in [
        (0.04, true),
        (0.12, false),
        (0.15, false),
        (0.14, true),
        (0.16, true),
        (0.19, false),
        (0.95, true),
        (f64::NAN, false),
        (1.0, true),
    ] {
        fairness.decided(score, kept);
    }
    let rates: Vec<_> = fairness
        .keep_rates()
        .map(|(band, rate)| (band.from(), rate))
        .collect();
    let expected = [
        (0.0, 0.5),
        (0.12, 0.0),
        (0.14, 0.5),
        (0.16, 1.0),
        (0.18, 0.0),
        (0.2, 1.0),
    ];
    assert_eq!(rates, expected);
}

#[test]
fn an_alarm_counts_who_waits_although_somebody_is_there() {
    let picky = Features {
        age: 30,
        age_min: Some(99),
        ..Features::default()
    };
    let anybody = Features {
        age: 30,
        ..Features::default()
    };
    let pool = [
        candidate(1, 200_000, picky),
        candidate(2, 150_000, anybody.clone()),
        candidate(3, 1_000, anybody),
    ];
    let roster = Roster::of(&pool);
    let limit = Duration::from_secs(90);
    assert_eq!(starving(&Screen::new(&roster, |_, _| false), NOW, limit), 1);
    assert_eq!(
        starving(&Screen::new(&roster, |_, _| true), NOW, limit),
        0,
        "nobody may be met"
    );
}

const LIMIT: Duration = Duration::from_secs(30);

fn anybody(age: u8) -> Features {
    Features {
        age,
        ..Features::default()
    }
}

proptest! {
    #[test]
    fn who_starves_is_counted_as_if_every_pair_was_looked_at(pool in any_pool(0..40)) {
        let roster = Roster::of(&pool);
        let screen = Screen::new(&roster, is_forbidden);
        let ranks = || (0u32..).take(roster.len());
        let overdue = ranks().filter(|rank| roster.waited_secs(*rank, NOW) > LIMIT.as_secs_f32());
        let starves = |rank: &u32| ranks().any(|other| screen.pairable(*rank, other).is_some());
        prop_assert_eq!(starving(&screen, NOW, LIMIT), overdue.filter(starves).count());
    }
}

#[test]
fn each_person_is_looked_at_and_not_each_pair() {
    // Half of them of one kind, half of another that they may not meet; nobody may meet the first hundred.
    let person = |number: usize| match number % 2 {
        0 => anybody(30),
        _ => anybody(17),
    };
    let pool: Vec<_> = (0..5_000)
        .map(|number| candidate(number, 100_000, person(number)))
        .collect();
    let (roster, asked) = (Roster::of(&pool), Cell::new(0));
    let screen = Screen::new(&roster, |one: UserId, other: UserId| {
        asked.set(asked.get() + 1);
        one.0.as_u128().min(other.0.as_u128()) < 100
    });
    assert_eq!(starving(&screen, NOW, LIMIT), 4_900);
    let forbidden = 100 * 2_500 + 4_900 * 50;
    assert!(asked.get() <= 5_000 + forbidden, "{}", asked.get());
}

#[test]
fn of_very_many_kinds_the_most_frequent_are_looked_at() {
    let picky = |number: usize| Features {
        age_min: u8::try_from(number % 30).ok(),
        age_max: u8::try_from(60 + number % 60).ok(),
        ..anybody(20 + u8::try_from(number % 40).unwrap())
    };
    // 120 kinds of one person for each gender, and one of two.
    let mut pool: Vec<_> = (0..1_200)
        .map(|number| {
            let gender = [
                "woman",
                "man",
                "non_binary",
                "",
                "a",
                "b",
                "c",
                "d",
                "e",
                "f",
            ];
            let gender = gender[number / 120].to_owned();
            candidate(
                number,
                100_000,
                Features {
                    gender,
                    ..picky(number)
                },
            )
        })
        .collect();
    for number in 1_200..1_202 {
        pool.push(candidate(number, 90_000, anybody(45)));
    }
    let roster = Roster::of(&pool);
    let counted = starving(&Screen::new(&roster, |_, _| false), NOW, LIMIT);
    assert_eq!(counted, 1_023 + 2);
}
