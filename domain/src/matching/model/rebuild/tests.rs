//! What a rebuild makes of the outcomes that came one by one.

use super::{
    super::tests::{anybody, model, outcome, prior, user},
    *,
};

#[test]
fn a_rebuild_counts_each_room_once_whatever_the_order() {
    let portrait = anybody();
    let decided = |outcome| Decided {
        outcome,
        one: &portrait,
        other: &portrait,
    };
    let (first, second) = (outcome(1, 1, 2, true, false), outcome(2, 2, 3, true, true));
    let first_again = Outcome {
        seq: 3,
        one_keeps: false,
        ..first
    };
    let once = Model::rebuild(prior(), &[decided(first), decided(second)], 2).unwrap();
    let twice = [decided(first_again), decided(second), decided(first)];
    let twice = Model::rebuild(prior(), &twice, 2).unwrap();
    assert_eq!(twice.refused(), &[(Refused::RoomAlreadyApplied, 1)].into());
    assert_eq!(twice.weights(), once.weights());
    for number in 1..=3 {
        assert_eq!(twice.person(user(number)), once.person(user(number)));
    }
}

#[test]
fn without_sweeps_a_rebuild_is_what_was_learned_one_by_one() {
    let portrait = anybody();
    let outcomes: Vec<Outcome> = (1..=6)
        .map(|seq| outcome(seq, seq % 3, 10 + seq % 2, seq % 2 == 0, true))
        .collect();
    let mut one_by_one = model();
    for outcome in &outcomes {
        one_by_one.learn(outcome, &portrait, &portrait).unwrap();
    }
    let decided = outcomes.iter().map(|&outcome| Decided {
        outcome,
        one: &portrait,
        other: &portrait,
    });
    let rebuilt = Model::rebuild(prior(), &decided.collect::<Vec<_>>(), 0).unwrap();
    assert_eq!(rebuilt, one_by_one);
}

#[test]
fn looking_again_lets_later_outcomes_explain_earlier_ones() {
    let portrait = anybody();
    // 1 is kept by 2, who afterwards turns out to keep everybody: that says little of 1.
    let mut outcomes = vec![outcome(1, 1, 2, false, true)];
    outcomes.extend((2..=9).map(|seq| outcome(seq, 10 + seq, 2, false, true)));
    let decided: Vec<Decided<'_>> = outcomes
        .iter()
        .map(|&outcome| Decided {
            outcome,
            one: &portrait,
            other: &portrait,
        })
        .collect();
    let appeal = |sweeps| {
        let model = Model::rebuild(prior(), &decided, sweeps).unwrap();
        model.person(user(1)).appeal.mean
    };
    assert!(appeal(SWEEPS) < 0.8 * appeal(0));
    assert!((appeal(SWEEPS) - appeal(20)).abs() < 0.02);
}

#[test]
fn a_model_is_outgrown_by_a_twentieth_and_a_young_one_by_each_outcome() {
    assert_eq!([0, 1, 39].map(outgrown_after), [1; 3]);
    assert_eq!([40, 1_000].map(outgrown_after), [2, 50]);
}

#[test]
fn many_outcomes_at_once_end_where_each_alone_would_have() {
    for made_of in [0, 7, 39, 400, 1_234] {
        let mut outgrown_at = made_of;
        for outcome in 1..=500 {
            let now = made_of + outcome;
            if now - outgrown_at >= outgrown_after(outgrown_at) {
                outgrown_at = now;
            }
            let last = (outgrown_at > made_of).then(|| outgrown_at - made_of);
            assert_eq!(last_outgrown(made_of, outcome), last, "{made_of}+{outcome}");
        }
        assert_eq!(last_outgrown(made_of, 0), None);
    }
}
