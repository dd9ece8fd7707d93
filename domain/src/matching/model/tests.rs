//! What the model learns, told in small stories.

use super::*;
use crate::RoomId;

pub(super) fn user(number: u64) -> UserId {
    UserId(uuid::Uuid::from_u64_pair(0, number))
}

/// An outcome between two numbers, in a room of its own.
pub(super) fn outcome(
    seq: u64,
    one: u64,
    other: u64,
    one_keeps: bool,
    other_keeps: bool,
) -> Outcome {
    Outcome {
        seq,
        room: RoomId(uuid::Uuid::from_u64_pair(1, seq)),
        one: user(one),
        other: user(other),
        one_keeps,
        other_keeps,
    }
}

fn weight(centre: f64, scale: f64, mean: f64) -> Weight {
    Weight {
        centre,
        scale,
        mean,
        variance: 0.01,
    }
}

/// Years apart speak against a pair, common interests for it; who describes themself as fun is liked.
pub(in crate::matching) fn prior() -> Prior {
    let named = |name: &str, weight| (name.to_owned(), weight);
    Prior {
        version: 3,
        provenance: "made up for tests".to_owned(),
        intercept: Belief {
            mean: -0.2,
            variance: 0.1,
        },
        people: PeoplePrior {
            generosity_variance: 1.5,
            appeal_variance: 1.0,
            generosity_to_appeal: -0.3,
        },
        themes: Themes::default(),
        pair: [
            named("years_apart", weight(3.0, 3.0, -0.3)),
            named("interests_cosine", weight(0.5, 0.2, 0.2)),
        ]
        .into(),
        decider: [named("age", weight(26.0, 4.0, 0.0))].into(),
        partner: [named("self_view.fun", weight(0.6, 0.2, 0.2))].into(),
    }
}

pub(super) fn model() -> Model {
    Model::new(prior()).unwrap()
}

pub(super) fn anybody() -> Portrait {
    Portrait::default()
}

/// How likely `decider` keeps `partner`, if neither said anything of themself.
fn keeps(model: &Model, decider: u64, partner: u64) -> f64 {
    let portrait = anybody();
    let person = |number| Person {
        user: user(number),
        portrait: &portrait,
    };
    model.keep_probability(person(decider), person(partner))
}

fn aged(age: f64) -> Portrait {
    Portrait {
        age: Some(age),
        ..Portrait::default()
    }
}

#[test]
fn before_anybody_met_the_shipped_weights_decide() {
    let (model, peer) = (model(), aged(30.0));
    let to_peer = |portrait| {
        let one = Person {
            user: user(1),
            portrait,
        };
        let other = Person {
            user: user(2),
            portrait: &peer,
        };
        model.mutual_probability(one, other)
    };
    assert!(to_peer(&aged(31.0)) > to_peer(&aged(45.0)));
}

#[test]
fn who_keeps_everybody_is_expected_to_keep_the_next_one() {
    let mut model = model();
    let before = keeps(&model, 1, 99);
    for seq in 1..=5 {
        let outcome = outcome(seq, 1, 10 + seq, true, false);
        model.learn(&outcome, &anybody(), &anybody()).unwrap();
    }
    assert!(keeps(&model, 1, 99) > before + 0.2);
    // And is liked less: nobody kept them, and a generous person is a little less liked anyway.
    assert!(keeps(&model, 99, 1) < before - 0.2);
}

#[test]
fn who_chooses_carefully_is_thought_to_be_liked_more() {
    let mut model = model();
    let before = keeps(&model, 99, 1);
    // Only what 1 decided differs from what would be expected: the others' yes and no cancel out.
    for seq in 1..=6 {
        let outcome = outcome(seq, 1, 10 + seq, false, seq % 2 == 0);
        model.learn(&outcome, &anybody(), &anybody()).unwrap();
    }
    assert!(model.person(user(1)).generosity.mean < -0.5);
    assert!(keeps(&model, 99, 1) > before);
}

#[test]
fn with_every_outcome_more_is_certain_of_those_who_met_and_nothing_of_others() {
    let mut model = model();
    let stranger = model.person(user(9));
    let mut variance = model.person(user(1)).generosity.variance;
    for seq in 1..=20 {
        let outcome = outcome(seq, 1, 2, seq % 3 == 0, true);
        model.learn(&outcome, &anybody(), &anybody()).unwrap();
        let now = model.person(user(1)).generosity.variance;
        assert!(now < variance && now > 0.0);
        variance = now;
    }
    assert_eq!(model.person(user(9)), stranger);
}

#[test]
fn a_weight_follows_what_people_decide() {
    let mut model = model();
    // Against the shipped belief, people twenty years apart keep each other, those of one age do not.
    for seq in 1..=200 {
        let far = seq % 2 == 0;
        let other = if far { aged(50.0) } else { aged(30.0) };
        let outcome = outcome(seq, 1_000 + seq, 2_000 + seq, far, far);
        model.learn(&outcome, &aged(30.0), &other).unwrap();
    }
    // In the order of the names: interests_cosine, years_apart.
    assert!(model.weights().pair[1].mean > 0.0);
    assert_eq!(
        model.weights().pair[0],
        prior().pair["interests_cosine"].belief()
    );
}

#[test]
fn uncertainty_draws_a_probability_to_one_half() {
    let at = |variance| {
        probability(Belief {
            mean: 1.0,
            variance,
        })
    };
    assert!((at(0.0) - 0.731_058_6).abs() < 1e-6);
    assert!(at(0.0) > at(1.0) && at(1.0) > at(10.0) && at(10.0) > 0.5);
}

#[test]
fn an_outcome_twice_or_with_oneself_teaches_nothing_and_is_counted() {
    let mut model = model();
    let (first, oneself) = (outcome(5, 1, 2, true, true), outcome(6, 1, 1, true, true));
    model.learn(&first, &anybody(), &anybody()).unwrap();
    let learned = model.clone();
    let again = model.learn(&first, &anybody(), &anybody());
    assert_eq!(again, Err(Refused::AlreadyApplied));
    let late = model.learn(&outcome(4, 3, 4, true, true), &anybody(), &anybody());
    assert_eq!(late, Err(Refused::AlreadyApplied));
    let with_oneself = model.learn(&oneself, &anybody(), &anybody());
    assert_eq!(with_oneself, Err(Refused::SamePerson));
    assert_eq!(model.weights(), learned.weights());
    assert_eq!(model.person(user(1)), learned.person(user(1)));
    let counted = [(Refused::AlreadyApplied, 2), (Refused::SamePerson, 1)];
    assert_eq!(model.refused(), &counted.into());
}

#[test]
fn weights_that_cannot_be_used_are_refused_by_name() {
    let fault = |change: &dyn Fn(&mut Prior)| {
        let mut prior = prior();
        change(&mut prior);
        Model::new(prior).unwrap_err().to_string()
    };
    let added = |name: &str| (name.to_owned(), weight(0.0, 1.0, 0.0));
    let formula = fault(&|prior| prior.pair.extend([added("shoe_size_apart")]));
    assert_eq!(
        formula,
        "no formula is called `shoe_size_apart`: take its weight out"
    );
    let of_nobody = fault(&|prior| prior.partner.extend([added("income")]));
    assert_eq!(
        of_nobody,
        "no trait is called `income`: take its weight out"
    );
    for change in [
        |weight: &mut Weight| weight.scale = 0.0,
        |weight: &mut Weight| weight.centre = f64::NAN,
        |weight: &mut Weight| weight.mean = f64::INFINITY,
        |weight: &mut Weight| weight.variance = -0.1,
    ] {
        let improper = fault(&|prior| prior.decider.values_mut().for_each(change));
        assert!(
            improper.starts_with("`age` needs finite numbers"),
            "{improper}"
        );
    }
}

#[test]
fn where_somebody_stands_is_a_trait_for_each_answer_and_unknown_where_it_is_not_said() {
    let law = ("field".to_owned(), "law".to_owned());
    let portrait = Portrait {
        background: [law].into(),
        ..Portrait::default()
    };
    assert_eq!(portrait.trait_value("field.law"), Some(1.0));
    assert_eq!(portrait.trait_value("field.medicine"), Some(0.0));
    assert_eq!(portrait.trait_value("career.law"), None);
    assert_eq!(Portrait::default().trait_value("field.law"), None);
}

#[test]
fn a_profile_is_a_portrait_and_what_it_leaves_out_counts_as_average() {
    let features = crate::matching::Features {
        age: 30,
        age_max: Some(40),
        interests: vec!["chess".to_owned(), "books".to_owned()],
        looking_for: vec!["dating".to_owned()],
        ..Default::default()
    };
    let portrait = Portrait::from(&features);
    assert_eq!(portrait.trait_value("age"), Some(30.0));
    let age_max = None;
    let without_wish = Portrait::from(&crate::matching::Features {
        age_max,
        ..features
    });
    assert_eq!(without_wish.trait_value("age"), None);
    assert_eq!(portrait.trait_value("interest.chess"), Some(0.95));
    assert_eq!(portrait.trait_value("interest.yoga"), Some(0.45));
    assert_eq!(portrait.trait_value("interest.clubbing"), None);
    assert_eq!(portrait.trait_value("goal.dating"), Some(1.0));
    assert_eq!(portrait.trait_value("goal.friendship"), Some(0.0));
    assert_eq!(portrait.trait_value("self_view.fun"), None);
    assert_eq!(weight(0.6, 0.2, 0.2).standardise(None), 0.0);
    let (themes, other) = (Themes::default(), portrait.clone());
    let both = Pair::new(&themes, &portrait, &other);
    let cosine = both.value("interests_cosine").unwrap();
    assert!((cosine - 1.0).abs() < 1e-12);
    assert_eq!(both.value("wishes_met"), None);
}
