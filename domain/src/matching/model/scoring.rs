//! The model over a whole pool: what depends on one person alone is worked out once a person, not once a pair.
//!
//! It gives the very probabilities of [`Model::mutual_probability`](super::Model::mutual_probability) for profiles of WebChat; a
//! property test compares both. Formulas that a profile can never fill in are left out, the known ones are computed from
//! bits and counts, and any other by its name, slowly.

mod kernel;
mod prepared;
#[cfg(test)]
mod tests;
mod theme_products;

use std::collections::BTreeMap;

use super::{
    Belief, Model, Pair, PeoplePrior, PersonBeliefs, Portrait, Prior, StoredFault, Themes, Weight,
    Weights, prior::bounded, probability,
};
use crate::matching::{ADULT_AGE, Features};
use kernel::{Both, Kernel, Mutual, OneWay};
use theme_products::ThemeProducts;

pub use prepared::Prepared;

/// The model's weights, made ready for scoring many pairs.
#[derive(Debug, Clone)]
pub struct Scoring {
    people: PeoplePrior,
    intercept: Belief,
    mutual: Vec<PairTerm<Mutual>>,
    one_way: Vec<PairTerm<OneWay>>,
    themes: Themes,
    theme_products: ThemeProducts,
    decider: Vec<Trait>,
    partner: Vec<Trait>,
    /// Whether a formula needs the whole portraits.
    keeps_portraits: bool,
}

/// How much the parts of a score that both may know speak for a pair, in log-odds; negative: against it. Both directions, averaged.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// What both like, and how alike their interests are as a whole.
    pub interests: f64,
    /// What both are looking for.
    pub looking_for: f64,
}

/// A formula of a pair with its weight.
#[derive(Debug, Clone)]
struct PairTerm<Formula> {
    formula: Formula,
    centre: f64,
    /// What a deviation is multiplied by to be one in standard deviations.
    per_scale: f64,
    belief: Belief,
}

#[derive(Debug, Clone)]
struct Trait {
    name: String,
    weight: Weight,
    belief: Belief,
}

impl Scoring {
    /// Ready for scoring with what was learned; without weights, with what ships.
    ///
    /// # Errors
    /// The prior cannot be used, or the weights do not belong to it.
    pub fn new(prior: &Prior, learned: Option<Weights>) -> Result<Self, StoredFault> {
        let weights = match learned {
            Some(weights) => weights,
            None => Model::new(prior.clone())?.weights().clone(),
        };
        let model = Model::resume(prior.clone(), weights, [])?;
        let [one, other] = said_everything().map(|features| Portrait::from(&features));
        let views = [
            Pair::new(&prior.themes, &one, &other),
            Pair::new(&prior.themes, &other, &one),
        ];
        let of_a_profile = |name: &str| views.iter().any(|pair| pair.value(name).is_some());
        let (of_themes, others): (Vec<_>, Vec<_>) = zipped(&prior.pair, &model.weights.pair)
            .filter(|(name, ..)| of_a_profile(name))
            .partition(|(name, ..)| ThemeProducts::is_one(name));
        let (mut mutual, mut one_way) = (Vec::new(), Vec::new());
        for (name, weight, belief) in others {
            match Kernel::of(name) {
                Kernel::Mutual(formula) => mutual.push(PairTerm::new(formula, weight, belief)),
                Kernel::OneWay(formula) => one_way.push(PairTerm::new(formula, weight, belief)),
            }
        }
        let traits = |weights, beliefs| {
            zipped(weights, beliefs)
                .filter(|(name, ..)| [&one, &other].iter().any(|p| p.trait_value(name).is_some()))
                .map(|(name, weight, belief)| Trait {
                    name: name.to_owned(),
                    weight,
                    belief,
                })
                .collect()
        };
        Ok(Self {
            people: prior.people,
            intercept: model.weights.intercept,
            keeps_portraits: one_way.iter().any(|term| term.formula.needs_portraits()),
            decider: traits(&prior.decider, &model.weights.decider),
            partner: traits(&prior.partner, &model.weights.partner),
            mutual,
            one_way,
            themes: prior.themes.clone(),
            theme_products: ThemeProducts::of(&of_themes),
        })
    }

    /// A person, ready to be scored with others. `learned`: what is believed of the person beyond the profile; `None`:
    /// nothing was learned yet.
    pub fn prepare(&self, features: &Features, learned: Option<PersonBeliefs>) -> Prepared {
        Prepared::of(self, features, learned)
    }

    /// The probability that both want to keep each other, drawn to one quarter by what is not known of them; the same for
    /// `(a, b)` and `(b, a)`.
    pub fn score(&self, a: &Prepared, b: &Prepared) -> f64 {
        let both = Both::of(a, b);
        let mut alike = self.intercept;
        for term in &self.mutual {
            term.add_to(&mut alike, term.formula.value(&both));
        }
        let mut there = a.decides.plus(b.is_seen).plus(alike);
        let mut back = b.decides.plus(a.is_seen).plus(alike);
        for term in &self.one_way {
            term.add_to(&mut there, term.formula.value(a, b));
            term.add_to(&mut back, term.formula.value(b, a));
        }
        let themes = self.theme_products.of_pair(a, b);
        probability(there.plus(themes)) * probability(back.plus(themes))
    }

    /// What makes the score of a pair, as far as both may know it.
    pub fn parts(&self, a: &Prepared, b: &Prepared) -> Parts {
        let (both, mut parts) = (Both::of(a, b), Parts::default());
        for term in &self.mutual {
            let part = match term.formula {
                Mutual::Cosine | Mutual::Correlation | Mutual::Distance => &mut parts.interests,
                Mutual::CommonGoal => &mut parts.looking_for,
                // Nobody is shown an age.
                Mutual::YearsApart | Mutual::YearsApartSquared | Mutual::Activity => continue,
            };
            *part += term.belief.mean * term.standardise(term.formula.value(&both));
        }
        parts.interests += self.theme_products.of_pair(a, b).mean;
        parts
    }
}

impl<Formula> PairTerm<Formula> {
    fn new(formula: Formula, weight: Weight, belief: Belief) -> Self {
        Self {
            formula,
            centre: weight.centre,
            per_scale: weight.scale.recip(),
            belief,
        }
    }

    /// As [`Weight::standardise`]: what is not a number counts as average.
    #[inline]
    fn standardise(&self, value: f64) -> f64 {
        bounded((value - self.centre) * self.per_scale)
    }

    #[inline]
    fn add_to(&self, sum: &mut Belief, value: f64) {
        add(sum, self.standardise(value), self.belief);
    }
}

fn add(sum: &mut Belief, coefficient: f64, belief: Belief) {
    sum.mean += coefficient * belief.mean;
    sum.variance += coefficient * coefficient * belief.variance;
}

fn zipped<'a>(
    weights: &'a BTreeMap<String, Weight>,
    beliefs: &'a [Belief],
) -> impl Iterator<Item = (&'a str, Weight, Belief)> {
    let named = weights.iter().zip(beliefs);
    named.map(|((name, weight), belief)| (name.as_str(), *weight, *belief))
}

/// Two people who have filled in everything that a profile asks: what their portraits do not say, no profile does.
fn said_everything() -> [Features; 2] {
    use crate::profile::{INTERESTS, LANGUAGES, LOOKING_FOR};
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let person = |age, interests: &[&str]| Features {
        age,
        age_min: Some(ADULT_AGE),
        interests: owned(interests),
        looking_for: owned(LOOKING_FOR),
        languages: LANGUAGES
            .iter()
            .map(|(code, _)| (*code).to_owned())
            .collect(),
        ..Features::default()
    };
    let (some, others) = (INTERESTS.len() / 4, INTERESTS.len() / 2);
    [
        person(30, &INTERESTS[..others]),
        person(37, &INTERESTS[some..]),
    ]
}
