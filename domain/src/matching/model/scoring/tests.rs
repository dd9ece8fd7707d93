//! The quick way to a score and the way by names are one.

use proptest::{prelude::*, sample::subsequence};

use super::*;
use crate::{
    UserId,
    matching::model::{Loading, Person, likeness::FORMULAS, themes::PRODUCTS},
    profile::{INTERESTS, LOOKING_FOR},
};

fn some(options: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    subsequence(options, 0..=most)
        .prop_shuffle()
        .prop_map(|some| some.into_iter().map(str::to_owned).collect())
}

fn any_profile() -> impl Strategy<Value = Features> {
    let lists = (some(INTERESTS, 10), some(LOOKING_FOR, 3), any::<bool>());
    let oldest_wished = prop::option::of(18..90u8);
    (18..90u8, oldest_wished, lists).prop_map(|(age, age_max, lists)| {
        let (mut interests, looking_for, is_newer) = lists;
        if is_newer {
            interests.push("from_another_version".to_owned());
        }
        Features {
            age,
            age_max,
            interests,
            looking_for,
            ..Features::default()
        }
    })
}

fn any_beliefs() -> impl Strategy<Value = Option<PersonBeliefs>> {
    let belief =
        || (-3.0..3.0f64, 0.0..2.0f64).prop_map(|(mean, variance)| Belief { mean, variance });
    let person = (belief(), belief());
    prop::option::of(person.prop_map(|(generosity, appeal)| PersonBeliefs { generosity, appeal }))
}

/// Every third interest adds to the themes, and one that no profile names.
fn themes() -> Themes {
    let named = INTERESTS
        .iter()
        .step_by(3)
        .chain(&["from_another_data_set"]);
    let loading = |(name, number): (&&str, f64)| {
        let adds = [number.sin(), number.cos(), (3.0 * number).sin() * 5.0];
        let centre = (2.0 * number).cos() / 5.0;
        ((*name).to_owned(), Loading { centre, adds })
    };
    Themes::new(named.zip((0..).map(f64::from)).map(loading))
}

/// A weight for every formula that there is, and for traits of every group.
fn every_weight() -> Prior {
    let weight = |centre, scale| Weight {
        centre,
        scale,
        mean: 0.3,
        variance: 0.05,
    };
    let traits: BTreeMap<String, Weight> = [
        "age",
        "interests.mean",
        "interest.music",
        "goal.dating",
        "field.law",
        "wish.fun",
    ]
    .iter()
    .map(|name| ((*name).to_owned(), weight(0.3, 0.2)))
    .collect();
    let formulas = FORMULAS.iter().map(|(name, _)| *name).chain(PRODUCTS);
    Prior {
        themes: themes(),
        pair: formulas
            .map(|name| (name.to_owned(), weight(0.5, 3.0)))
            .collect(),
        decider: traits.clone(),
        partner: traits,
        ..super::super::tests::prior()
    }
}

proptest! {
    #[test]
    fn a_prepared_pair_scores_as_the_model_says(
        a in any_profile(), b in any_profile(), learned in [any_beliefs(), any_beliefs()]
    ) {
        let users = [UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2))];
        let people = users.into_iter().zip(learned).filter_map(|(user, beliefs)| Some((user, beliefs?)));
        let fresh = Model::new(every_weight()).unwrap();
        let model = Model::resume(every_weight(), fresh.weights().clone(), people).unwrap();
        let portraits = [Portrait::from(&a), Portrait::from(&b)];
        let [one, other] = [0, 1].map(|i| Person { user: users[i], portrait: &portraits[i] });
        let scoring = Scoring::new(&every_weight(), None).unwrap();
        let prepared = [scoring.prepare(&a, learned[0]), scoring.prepare(&b, learned[1])];
        let score = scoring.score(&prepared[0], &prepared[1]);
        let expected = model.mutual_probability(one, other);
        prop_assert!((score - expected).abs() < 1e-9, "{score} instead of {expected}");
        prop_assert!((0.0..=1.0).contains(&score));
        prop_assert_eq!(score, scoring.score(&prepared[1], &prepared[0]));
    }
}

/// What the model says of two: the score, both ways in, and the parts that are told.
fn all_said(scoring: &Scoring, one: &Features, other: &Features) -> (f64, [f64; 2], Parts) {
    let [one, other] = [one, other].map(|profile| scoring.prepare(profile, None));
    let usual = [one.usual(), other.usual()];
    (
        scoring.score(&one, &other),
        usual,
        scoring.parts(&one, &other),
    )
}

proptest! {
    #[test]
    fn the_age_of_whoever_has_set_no_wish_for_one_moves_nothing(
        profile in any_profile(), other in any_profile(), another_age in 18..90u8
    ) {
        let scoring = Scoring::new(&every_weight(), None).unwrap();
        let aged = |age| Features { age, age_min: None, age_max: None, ..profile.clone() };
        let said = |age| all_said(&scoring, &aged(age), &other);
        prop_assert_eq!(said(profile.age), said(another_age));
    }
}

#[test]
fn the_ages_of_two_who_have_both_set_a_wish_for_one_count() {
    let scoring = Scoring::new(&every_weight(), None).unwrap();
    let aged = |age| Features {
        age,
        age_min: Some(18),
        ..Features::default()
    };
    let score = |age| all_said(&scoring, &aged(30), &aged(age)).0;
    assert_ne!(score(31), score(45));
}

#[test]
fn what_is_not_known_of_two_draws_their_score_to_a_quarter() {
    let scoring = Scoring::new(&super::super::tests::prior(), None).unwrap();
    let profile = Features {
        age: 30,
        ..Features::default()
    };
    let liked = |variance| PersonBeliefs {
        generosity: Belief {
            mean: 1.0,
            variance,
        },
        appeal: Belief {
            mean: 1.5,
            variance,
        },
    };
    let score = |variance| {
        let person = scoring.prepare(&profile, Some(liked(variance)));
        scoring.score(&person, &person)
    };
    assert!(score(0.0) > score(1.0) && score(1.0) > score(20.0));
    assert!(score(20.0) > 0.25);
}

#[test]
fn weights_of_another_prior_are_not_used() {
    let prior = every_weight();
    let mut weights = Model::new(prior.clone()).unwrap().weights().clone();
    weights.prior_version += 1;
    assert!(matches!(
        Scoring::new(&prior, Some(weights)),
        Err(StoredFault::OtherPrior { .. })
    ));
}
