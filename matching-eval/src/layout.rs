//! The columns of the fit: which features there are, how they are standardised, and how far each may go.

use std::collections::BTreeMap;

use domain::matching::model::{Belief, Pair, PeoplePrior, Prior, Themes, Weight};

use crate::{
    records::Iid,
    ridge::Decision,
    themes::themes_of,
    train::{Decided, Settings},
};

/// The version of the weights that training makes: another one for another set of features, or another fit.
const VERSION: u32 = 3;
/// The intercept is free.
const INTERCEPT_PRECISION: f64 = 0.25;

/// Where the columns of each group of weights begin; the intercept is column 0.
pub struct Layout {
    themes: Themes,
    pair: BTreeMap<String, Weight>,
    decider: BTreeMap<String, Weight>,
    partner: BTreeMap<String, Weight>,
    people: BTreeMap<Iid, usize>,
}

/// The value of a feature, by its name.
type ValueOf<'a> = &'a dyn Fn(&str, &Decided<'_>, &Pair<'_>) -> Option<f64>;

impl Layout {
    /// The features as these decisions have them; the themes are those of the people who decided.
    pub fn of(decided: &[Decided<'_>]) -> Self {
        let (mut numbers, mut portraits) = (BTreeMap::new(), BTreeMap::new());
        for one in decided {
            let next = numbers.len();
            numbers.entry(one.decider.0).or_insert(next);
            portraits.insert(one.decider.0, one.decider.1);
        }
        let themes = themes_of(&portraits.into_values().collect::<Vec<_>>());
        let pairs: Vec<(&Decided<'_>, Pair<'_>)> = decided
            .iter()
            .map(|one| (one, Pair::new(&themes, one.decider.1, one.partner.1)))
            .collect();
        let weights = |names: &[String], value: ValueOf<'_>| {
            let weight = |name: &String| {
                let values = pairs
                    .iter()
                    .filter_map(|(one, pair)| value(name, one, pair));
                Some((name.clone(), standardised(&values.collect::<Vec<_>>())?))
            };
            names.iter().filter_map(weight).collect()
        };
        let traits = crate::features::traits();
        Self {
            pair: weights(&crate::features::pair(), &|name, _, pair| pair.value(name)),
            decider: weights(&traits, &|name, one, _| one.decider.1.trait_value(name)),
            partner: weights(&traits, &|name, one, _| one.partner.1.trait_value(name)),
            people: numbers,
            themes,
        }
    }

    /// How many columns are weights, the intercept among them.
    pub fn weights(&self) -> usize {
        1 + self.pair.len() + self.decider.len() + self.partner.len()
    }

    /// The values of the features of a decision.
    pub fn row(&self, one: &Decided<'_>, settings: Settings) -> Decision {
        let (decider, partner) = (one.decider.1, one.partner.1);
        let both = Pair::new(&self.themes, decider, partner);
        let pair = self
            .pair
            .iter()
            .map(|(name, w)| w.standardise(both.value(name)));
        let of_decider = self
            .decider
            .iter()
            .map(|(name, w)| w.standardise(decider.trait_value(name)));
        let of_partner = self
            .partner
            .iter()
            .map(|(name, w)| w.standardise(partner.trait_value(name)));
        let values = [1.0]
            .into_iter()
            .chain(pair)
            .chain(of_decider)
            .chain(of_partner);
        let mut features: Vec<(usize, f64)> = values.enumerate().collect();
        let (decides, is_seen) = (self.people[&one.decider.0], self.people[&one.partner.0]);
        let generosity = self.weights();
        let appeal = generosity + self.people.len();
        features.push((generosity + decides, 1.0));
        features.push((generosity + is_seen, settings.generosity_to_appeal));
        features.push((appeal + is_seen, 1.0));
        features.sort_by_key(|(place, _)| *place);
        Decision {
            features,
            yes: f64::from(u8::from(one.yes)),
        }
    }

    /// How far each weight is held to 0.
    pub fn precisions(&self, settings: Settings) -> Vec<f64> {
        let group = |precision: f64, size: usize| std::iter::repeat_n(precision, size);
        let of_pair = |name: &String| {
            if crate::features::is_theme_product(name) {
                settings.theme_precision
            } else {
                settings.pair_precision
            }
        };
        [INTERCEPT_PRECISION]
            .into_iter()
            .chain(self.pair.keys().map(of_pair))
            .chain(group(settings.decider_precision, self.decider.len()))
            .chain(group(settings.partner_precision, self.partner.len()))
            .chain(group(
                settings.generosity_variance.recip(),
                self.people.len(),
            ))
            .chain(group(settings.appeal_variance.recip(), self.people.len()))
            .collect()
    }

    /// The weights as they ship, from the fitted columns.
    pub fn prior(
        self,
        means: &[f64],
        variances: &[f64],
        settings: Settings,
        provenance: String,
    ) -> Prior {
        let mut learned = means.iter().zip(variances).skip(1);
        let mut fill = |mut weights: BTreeMap<String, Weight>| {
            for (weight, (mean, variance)) in weights.values_mut().zip(&mut learned) {
                weight.mean = rounded(*mean);
                weight.variance = rounded(*variance);
            }
            weights
        };
        Prior {
            version: VERSION,
            provenance,
            intercept: Belief {
                mean: rounded(means[0]),
                variance: rounded(variances[0]),
            },
            people: PeoplePrior {
                generosity_variance: settings.generosity_variance,
                appeal_variance: settings.appeal_variance,
                generosity_to_appeal: settings.generosity_to_appeal,
            },
            themes: self.themes,
            pair: fill(self.pair),
            decider: fill(self.decider),
            partner: fill(self.partner),
        }
    }
}

/// A weight that standardises these values; nothing where they do not differ.
fn standardised(values: &[f64]) -> Option<Weight> {
    let count = f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX));
    let centre = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let scale = (squares / count).sqrt();
    let differ = scale.is_finite() && scale > 1e-6;
    differ.then(|| Weight {
        centre: rounded(centre),
        scale: rounded(scale),
        mean: 0.0,
        variance: 0.0,
    })
}

/// Six decimals are plenty, and are easy to read.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
