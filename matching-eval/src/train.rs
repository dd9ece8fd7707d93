//! Fits the prior weights: a ridge logistic regression of every single decision on what is known before the date, with
//! a generosity and an appeal of every person beside it, so that what is only a person is not taken for a reason
//! (a mixed model, by Laplace's approximation).

use std::collections::BTreeMap;

use anyhow::Context;
use clap::Args;
use domain::matching::model::{Belief, PeoplePrior, Portrait, Prior, Weight, pair_value};

use crate::{
    records::{Date, Iid, People},
    ridge::{Decision, fit},
};

/// What the fit is told beforehand; the defaults are the chosen ones.
#[derive(Debug, Clone, Copy, Args)]
pub struct Settings {
    /// Precision of the weights of what is specific to the pair: the larger, the smaller the weights.
    #[arg(long, default_value_t = 300.0)]
    pair_precision: f64,
    /// Precision of the weights of the decider's traits.
    #[arg(long, default_value_t = 300.0)]
    decider_precision: f64,
    /// Precision of the weights of the partner's traits.
    #[arg(long, default_value_t = 300.0)]
    partner_precision: f64,
    /// Variance of generosity between people.
    #[arg(long, default_value_t = 1.44)]
    generosity_variance: f64,
    /// Variance of appeal between people.
    #[arg(long, default_value_t = 1.0)]
    appeal_variance: f64,
    /// How much of generosity adds to appeal.
    #[arg(long, default_value_t = -0.3, allow_hyphen_values = true)]
    generosity_to_appeal: f64,
}

/// Where the columns of each group of weights begin; the intercept is column 0.
struct Layout {
    pair: BTreeMap<String, Weight>,
    decider: BTreeMap<String, Weight>,
    partner: BTreeMap<String, Weight>,
    people: BTreeMap<Iid, usize>,
}

/// The intercept is free.
const INTERCEPT_PRECISION: f64 = 0.25;

/// The weights that all these dates teach; those of an evening with a yes budget are left out.
///
/// # Errors
/// Somebody who dated is not among the people.
pub fn train(
    people: &People,
    dates: &[Date],
    settings: Settings,
    provenance: String,
) -> anyhow::Result<Prior> {
    let decided = decisions_of(people, dates)?;
    let layout = Layout::of(&decided);
    let rows: Vec<Decision> = decided.iter().map(|d| layout.row(d, settings)).collect();
    let precisions = layout.precisions(settings);
    let (means, variances) = fit(&rows, &precisions, layout.weights());
    Ok(layout.prior(&means, &variances, settings, provenance))
}

/// Who decided, on whom, and what.
struct Decided<'a> {
    decider: (Iid, &'a Portrait),
    partner: (Iid, &'a Portrait),
    yes: bool,
}

fn decisions_of<'a>(people: &'a People, dates: &[Date]) -> anyhow::Result<Vec<Decided<'a>>> {
    let mut decided = Vec::new();
    for date in dates.iter().filter(|date| !date.has_yes_budget) {
        let of = |iid: Iid| {
            let portrait = people.get(&iid);
            Ok::<_, anyhow::Error>((iid, portrait.with_context(|| format!("nobody is {iid}"))?))
        };
        let (m, f) = (of(date.m)?, of(date.f)?);
        decided.push(Decided {
            decider: m,
            partner: f,
            yes: date.keep_m,
        });
        decided.push(Decided {
            decider: f,
            partner: m,
            yes: date.keep_f,
        });
    }
    Ok(decided)
}

impl Layout {
    fn of(decided: &[Decided<'_>]) -> Self {
        let mut numbers = BTreeMap::new();
        for one in decided {
            let next = numbers.len();
            numbers.entry(one.decider.0).or_insert(next);
        }
        let weights = |names: &[String], value: &dyn Fn(&str, &Decided<'_>) -> Option<f64>| {
            let weight = |name: &String| {
                let values = decided.iter().filter_map(|one| value(name, one));
                Some((name.clone(), standardised(&values.collect::<Vec<_>>())?))
            };
            names.iter().filter_map(weight).collect()
        };
        let traits = crate::features::traits();
        Self {
            pair: weights(&crate::features::pair(), &|name, one| {
                pair_value(name, one.decider.1, one.partner.1)
            }),
            decider: weights(&traits, &|name, one| one.decider.1.trait_value(name)),
            partner: weights(&traits, &|name, one| one.partner.1.trait_value(name)),
            people: numbers,
        }
    }

    /// How many columns are weights, the intercept among them.
    fn weights(&self) -> usize {
        1 + self.pair.len() + self.decider.len() + self.partner.len()
    }

    fn row(&self, one: &Decided<'_>, settings: Settings) -> Decision {
        let (decider, partner) = (one.decider.1, one.partner.1);
        let pair = self
            .pair
            .iter()
            .map(|(name, w)| w.standardise(pair_value(name, decider, partner)));
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

    fn precisions(&self, settings: Settings) -> Vec<f64> {
        let group = |precision: f64, size: usize| std::iter::repeat_n(precision, size);
        [INTERCEPT_PRECISION]
            .into_iter()
            .chain(group(settings.pair_precision, self.pair.len()))
            .chain(group(settings.decider_precision, self.decider.len()))
            .chain(group(settings.partner_precision, self.partner.len()))
            .chain(group(
                settings.generosity_variance.recip(),
                self.people.len(),
            ))
            .chain(group(settings.appeal_variance.recip(), self.people.len()))
            .collect()
    }

    fn prior(
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
            version: 1,
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
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
