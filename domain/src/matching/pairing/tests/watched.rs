//! What is watched of the pairing.

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
        (0.1, false),
        (0.1, true),
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
    assert_eq!(rates, [(0.0, 1.0 / 3.0), (0.8, 1.0)]);
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
