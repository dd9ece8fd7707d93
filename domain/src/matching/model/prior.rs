//! What is believed before anybody has met: the weights that ship with the product.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    belief::Belief,
    likeness::is_formula,
    portrait::Portrait,
    themes::{Loading, Themes},
};

/// No value of a feature counts for more than so many standard deviations.
pub const FEATURE_BOUND: f64 = 4.0;

/// The shipped weights: `config/matching-weights.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// Counts up with every new set of weights; what was learned on another one is not mixed with it.
    pub version: u32,
    /// Where the weights come from.
    pub provenance: String,
    /// The log-odds of a yes between two average people.
    pub intercept: Belief,
    /// What is believed of a person whom nobody has met yet.
    pub people: PeoplePrior,
    /// What each interest adds to the themes, by its name.
    pub themes: Themes,
    /// Weights of what is specific to the pair, by the name of the formula.
    pub pair: BTreeMap<String, Weight>,
    /// Weights of the decider's traits: how readily such a person says yes.
    pub decider: BTreeMap<String, Weight>,
    /// Weights of the partner's traits: how readily others say yes to such a person.
    pub partner: BTreeMap<String, Weight>,
}

/// How much people differ beyond what their portraits say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeoplePrior {
    /// Variance of generosity: how readily a person says yes.
    pub generosity_variance: f64,
    /// Variance of the part of appeal that does not go with generosity.
    pub appeal_variance: f64,
    /// How much of somebody's generosity adds to the appeal. Negative: who chooses carefully is liked more.
    pub generosity_to_appeal: f64,
}

/// The weight of one feature, and how its values are standardised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The feature's average value.
    pub centre: f64,
    /// The feature's standard deviation.
    pub scale: f64,
    /// The weight of the standardised feature.
    pub mean: f64,
    /// How uncertain the weight is.
    pub variance: f64,
}

impl Weight {
    pub(super) fn belief(&self) -> Belief {
        Belief {
            mean: self.mean,
            variance: self.variance,
        }
    }

    /// The value in standard deviations from the average, within [`FEATURE_BOUND`]; 0 where nothing is known.
    #[inline]
    pub fn standardise(&self, value: Option<f64>) -> f64 {
        value.map_or(0.0, |value| bounded((value - self.centre) / self.scale))
    }
}

/// A number of standard deviations, within [`FEATURE_BOUND`]; 0 where it is not finite.
#[inline]
pub(super) fn bounded(deviation: f64) -> f64 {
    if deviation.is_finite() {
        deviation.clamp(-FEATURE_BOUND, FEATURE_BOUND)
    } else {
        0.0
    }
}

/// Why weights cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriorFault {
    /// A pair's feature that no formula computes.
    #[error("no formula is called `{0}`: take its weight out")]
    UnknownFormula(String),
    /// A trait that no portrait can hold.
    #[error("no trait is called `{0}`: take its weight out")]
    UnknownTrait(String),
    /// A number that is not finite or too large, a scale that is not positive, or a negative variance.
    #[error("`{0}` needs finite numbers, a positive scale and a variance from 0 to 100")]
    Improper(String),
}

impl Prior {
    /// Whether the weights can be used.
    ///
    /// # Errors
    /// The first fault: of a number beside the features, of a name, of a feature's number, of a theme's.
    pub fn validate(&self) -> Result<(), PriorFault> {
        let PeoplePrior {
            generosity_variance,
            appeal_variance,
            generosity_to_appeal,
        } = self.people;
        let people = [
            Belief {
                mean: generosity_to_appeal,
                variance: generosity_variance,
            },
            Belief {
                mean: generosity_to_appeal,
                variance: appeal_variance,
            },
        ];
        if !is_proper(self.intercept) {
            return Err(PriorFault::Improper("intercept".to_owned()));
        }
        if !people.into_iter().all(is_proper) {
            return Err(PriorFault::Improper("people".to_owned()));
        }
        self.validate_names()?;
        let weights = self.pair.iter().chain(&self.decider).chain(&self.partner);
        for (name, weight) in weights {
            let scaled =
                weight.centre.is_finite() && weight.scale.is_normal() && weight.scale > 0.0;
            if !scaled || !is_proper(weight.belief()) {
                return Err(PriorFault::Improper(name.clone()));
            }
        }
        for (name, Loading { centre, adds }) in self.themes.loadings() {
            let mut numbers = adds.iter().chain([centre]);
            if !numbers.all(|number| number.abs() <= LARGEST) {
                return Err(PriorFault::Improper(name.to_owned()));
            }
        }
        Ok(())
    }

    fn validate_names(&self) -> Result<(), PriorFault> {
        for name in self.pair.keys() {
            if !is_formula(name, &self.themes) {
                return Err(PriorFault::UnknownFormula(name.clone()));
            }
        }
        for name in self.decider.keys().chain(self.partner.keys()) {
            if !Portrait::is_trait(name) {
                return Err(PriorFault::UnknownTrait(name.clone()));
            }
        }
        Ok(())
    }
}

/// So large a mean or variance no weights of standardised features have, and no theme such a number.
const LARGEST: f64 = 100.0;

fn is_proper(belief: Belief) -> bool {
    belief.mean.abs() <= LARGEST && (0.0..=LARGEST).contains(&belief.variance)
}
