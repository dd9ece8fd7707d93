//! What holds whatever people say of themselves and decide.

use proptest::prelude::*;

use super::{tests::prior, *};
use crate::RoomId;

/// Numbers that people, forms and bugs can come up with.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -1.0..2.0f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 0.0]),
    ]
}

fn any_scales() -> impl Strategy<Value = Scales> {
    let name = prop::sample::select(vec![
        "fun",
        "attractive",
        "music",
        "faith",
        "",
        "no.such",
        "shared_interests",
    ]);
    prop::collection::btree_map(name.prop_map(str::to_owned), any_number(), 0..5)
}

fn any_portrait() -> impl Strategy<Value = Portrait> {
    let scales = (
        any_scales(),
        any_scales(),
        any_scales(),
        any_scales(),
        any_scales(),
    );
    let goals =
        prop::collection::btree_set(prop::sample::select(vec!["dating", "fun", "xx"]), 0..3);
    let field = prop::option::of(prop::sample::select(vec!["law", "arts"]));
    (prop::option::of(any_number()), scales, goals, field).prop_map(
        |(age, scales, goals, field)| {
            let fields = field
                .into_iter()
                .map(|field| ("field".to_owned(), field.to_owned()));
            Portrait {
                age,
                interests: scales.0,
                wishes: scales.1,
                assumed_wishes: scales.2,
                self_view: scales.3,
                habits: scales.4,
                goals: goals.into_iter().map(str::to_owned).collect(),
                languages: Default::default(),
                background: fields.collect(),
            }
        },
    )
}

/// Themes of interests that people say, with any number that a prior may have.
fn themes() -> Themes {
    let adds = [[0.9, -0.4, 100.0], [-0.3, 0.0, 1e-300], [0.1, 0.8, -100.0]];
    let names = ["music", "fun", "no.such"].map(str::to_owned);
    let loading = |adds| Loading { centre: 0.2, adds };
    Themes::new(names.into_iter().zip(adds.map(loading)))
}

/// A weight for every formula there is, and for traits of every group.
fn every_weight() -> Prior {
    let weight = Weight {
        centre: 0.3,
        scale: 0.2,
        mean: 0.1,
        variance: 0.05,
    };
    let traits = [
        "age",
        "interests.mean",
        "interests.spread",
        "self_view.mean",
        "interest.music",
        "wish.fun",
        "self_view.attractive",
        "habit.dating",
        "goal.dating",
        "field.law",
    ];
    let traits: BTreeMap<String, Weight> = traits
        .iter()
        .map(|name| ((*name).to_owned(), weight))
        .collect();
    let formulas = likeness::FORMULAS.iter().map(|(name, _)| *name);
    let formulas = formulas.chain(themes::PRODUCTS);
    Prior {
        themes: themes(),
        pair: formulas.map(|name| (name.to_owned(), weight)).collect(),
        decider: traits.clone(),
        partner: traits,
        ..prior()
    }
}

/// Rooms of few people, some named twice, some with oneself, their places in the stream with gaps and repetitions.
fn any_outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    let outcome = (
        0..40u64,
        0..30u64,
        0..6u64,
        0..6u64,
        any::<bool>(),
        any::<bool>(),
    );
    let outcome = outcome.prop_map(|(seq, room, one, other, one_keeps, other_keeps)| Outcome {
        seq,
        room: RoomId(uuid::Uuid::from_u64_pair(1, room)),
        one: UserId(uuid::Uuid::from_u64_pair(0, one)),
        other: UserId(uuid::Uuid::from_u64_pair(0, other)),
        one_keeps,
        other_keeps,
    });
    prop::collection::vec(outcome, 0..40)
}

fn is_proper(belief: &Belief) -> bool {
    belief.mean.is_finite() && belief.variance.is_finite() && belief.variance > 0.0
}

fn all_is_proper(model: &Model) -> bool {
    let weights = &model.weights;
    let groups = [&weights.pair, &weights.decider, &weights.partner];
    let people = model
        .people
        .values()
        .flat_map(|person| [&person.generosity, &person.appeal]);
    let beliefs = groups.into_iter().flatten().chain(people);
    beliefs.chain([&weights.intercept]).all(is_proper)
}

/// Everybody's portrait, by their number.
fn decided<'a>(outcomes: &[Outcome], portraits: &'a [Portrait]) -> Vec<Decided<'a>> {
    let portrait = |user: UserId| &portraits[usize::from(user.0.as_bytes()[15])];
    let decided = outcomes.iter().map(|&outcome| Decided {
        outcome,
        one: portrait(outcome.one),
        other: portrait(outcome.other),
    });
    decided.collect()
}

fn portraits() -> impl Strategy<Value = Vec<Portrait>> {
    prop::collection::vec(any_portrait(), 6)
}

proptest! {
    #[test]
    fn the_model_is_finite_whatever_people_say_and_decide(outcomes in any_outcomes(), portraits in portraits()) {
        let decided = decided(&outcomes, &portraits);
        let mut online = Model::new(every_weight()).unwrap();
        let mut refused = 0;
        for Decided { outcome, one, other } in &decided {
            refused += u64::from(online.learn(outcome, one, other).is_err());
            prop_assert!(all_is_proper(&online));
        }
        prop_assert_eq!(online.refused().values().sum::<u64>(), refused);
        let rebuilt = Model::rebuild(every_weight(), &decided, SWEEPS).unwrap();
        prop_assert!(all_is_proper(&rebuilt));
        for model in [online, rebuilt] {
            for Decided { outcome, one, other } in &decided {
                let one = Person { user: outcome.one, portrait: one };
                let other = Person { user: outcome.other, portrait: other };
                let together = model.mutual_probability(one, other);
                prop_assert!((0.0..=1.0).contains(&together));
                prop_assert!(together <= model.keep_probability(one, other));
                prop_assert_eq!(together, model.mutual_probability(other, one));
            }
        }
    }

    #[test]
    fn the_same_events_make_the_same_model(outcomes in any_outcomes(), portraits in portraits()) {
        let mut decided = decided(&outcomes, &portraits);
        // Of one place in the stream there is one event.
        decided.sort_by_key(|decided| decided.outcome.seq);
        decided.dedup_by_key(|decided| decided.outcome.seq);
        let model = Model::rebuild(every_weight(), &decided, SWEEPS).unwrap();
        decided.reverse();
        let from_the_end = Model::rebuild(every_weight(), &decided, SWEEPS).unwrap();
        prop_assert_eq!(model, from_the_end);
    }

    #[test]
    fn what_is_stored_is_what_is_read(outcomes in any_outcomes(), portraits in portraits()) {
        let model = Model::rebuild(every_weight(), &decided(&outcomes, &portraits), 0).unwrap();
        let stored = serde_json::to_string(model.weights()).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Weights>(&stored).unwrap(), model.weights());
        for person in model.people.values() {
            let stored = serde_json::to_string(person).unwrap();
            prop_assert_eq!(&serde_json::from_str::<PersonBeliefs>(&stored).unwrap(), person);
        }
    }

    #[test]
    fn a_yes_raises_what_is_expected_and_a_no_lowers_it(a in any_portrait(), b in any_portrait(), yes in any::<bool>()) {
        let mut model = Model::new(every_weight()).unwrap();
        let one = Person { user: UserId(uuid::Uuid::from_u64_pair(0, 1)), portrait: &a };
        let other = Person { user: UserId(uuid::Uuid::from_u64_pair(0, 2)), portrait: &b };
        let values = model.values(&a, &b);
        let log_odds = |model: &Model| {
            let of_people = predict(model.people_terms(one.user, other.user).into_iter());
            predict(model.weight_terms(&values)).plus(of_people).mean
        };
        let before = log_odds(&model);
        model.observe(one, other, yes);
        let moved = log_odds(&model) - before;
        prop_assert!(if yes { moved > 0.0 } else { moved < 0.0 }, "moved by {}", moved);
    }
}
