//! One person, ready to be scored with many others.

use super::{Scoring, Trait, add, kernel::spread};
use crate::{
    matching::{
        Features,
        model::{Belief, PersonBeliefs, Portrait, THEMES, probability},
    },
    profile::{INTERESTS, LOOKING_FOR},
};

/// One person, as a [`Scoring`] sees them; 128 bytes.
// In a large pool the processor waits for people to come from memory: two lines of its cache each, never three.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Prepared {
    /// What the person's own traits and generosity add to the log-odds of a yes by them.
    pub(super) decides: Belief,
    /// What the person's traits and appeal add to the log-odds of a yes to them.
    pub(super) is_seen: Belief,
    usual: f64,
    /// Not a number where the age is no feature: neither is any difference from it, which counts as average.
    pub(super) age: f64,
    /// One bit for each interest that the person names, and for each goal.
    pub(super) interests: u64,
    pub(super) goals: u64,
    /// Of the interests as numbers: how many are named, their mean, the length of their vector.
    pub(super) named: f64,
    pub(super) mean: f64,
    pub(super) length: f64,
    /// [`spread`] of how many are named.
    pub(super) spread: f64,
    /// The place on each theme, as [`ThemeProducts`](super::ThemeProducts) multiplies it; 0 where no interest is named.
    pub(super) themes: [f64; THEMES],
    pub(super) portrait: Option<Box<Portrait>>,
}

impl Prepared {
    /// What the person scores with somebody average.
    pub fn usual(&self) -> f64 {
        self.usual
    }

    pub(super) fn of(
        scoring: &Scoring,
        features: &Features,
        learned: Option<PersonBeliefs>,
    ) -> Self {
        let portrait = Portrait::from(features);
        let nothing = Belief {
            mean: 0.0,
            variance: 0.0,
        };
        let fresh = |variance| Belief {
            mean: 0.0,
            variance,
        };
        let PersonBeliefs { generosity, appeal } = learned.unwrap_or(PersonBeliefs {
            generosity: fresh(scoring.people.generosity_variance),
            appeal: fresh(scoring.people.appeal_variance),
        });
        let (mut decides, mut is_seen) = (nothing, nothing);
        add(&mut decides, 1.0, generosity);
        add(
            &mut is_seen,
            scoring.people.generosity_to_appeal,
            generosity,
        );
        add(&mut is_seen, 1.0, appeal);
        for (sum, traits) in [
            (&mut decides, &scoring.decider),
            (&mut is_seen, &scoring.partner),
        ] {
            for Trait {
                name,
                weight,
                belief,
            } in traits
            {
                add(sum, weight.standardise(portrait.trait_value(name)), *belief);
            }
        }
        let interests = bits(&features.interests, INTERESTS);
        let named = f64::from(interests.count_ones());
        let scales = portrait.interests.values();
        let alone = |belief: Belief| probability(belief.plus(scoring.intercept));
        Self {
            usual: alone(decides) * alone(is_seen),
            decides,
            is_seen,
            age: portrait.age.unwrap_or(f64::NAN),
            interests,
            goals: bits(&features.looking_for, LOOKING_FOR),
            named,
            spread: spread(named),
            mean: portrait.trait_value("interests.mean").unwrap_or(0.0),
            length: scales.map(|value| value * value).sum::<f64>().sqrt(),
            themes: scoring
                .theme_products
                .folded(scoring.themes.places(&portrait)),
            portrait: scoring.keeps_portraits.then(|| Box::new(portrait)),
        }
    }
}

/// Which of the options are named. Others than these count for nothing.
fn bits(named: &[String], options: &[&str]) -> u64 {
    let place = |name: &String| options.iter().position(|option| option == name);
    named
        .iter()
        .filter_map(place)
        .fold(0, |bits, place| bits | 1 << place)
}
