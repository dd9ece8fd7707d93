//! Fits the prior weights: a ridge logistic regression of every single decision on what is known before the date, with
//! a generosity and an appeal of every person beside it, so that what is only a person is not taken for a reason
//! (a mixed model, by Laplace's approximation).

use anyhow::Context;
use clap::Args;
use domain::matching::model::{Portrait, Prior};

use crate::{
    layout::Layout,
    records::{Date, Iid, People},
    ridge::{Decision, fit},
};

/// What the fit is told beforehand; the defaults are the chosen ones.
#[derive(Debug, Clone, Copy, Args)]
pub struct Settings {
    /// Precision of the weights of what is specific to the pair: the larger, the smaller the weights.
    #[arg(long, default_value_t = 300.0)]
    pub pair_precision: f64,
    /// Precision of those among them that are products of themes.
    #[arg(long, default_value_t = 100.0)]
    pub theme_precision: f64,
    /// Precision of the weights of the decider's traits.
    #[arg(long, default_value_t = 300.0)]
    pub decider_precision: f64,
    /// Precision of the weights of the partner's traits.
    #[arg(long, default_value_t = 300.0)]
    pub partner_precision: f64,
    /// Variance of generosity between people.
    #[arg(long, default_value_t = 2.0)]
    pub generosity_variance: f64,
    /// Variance of appeal between people.
    #[arg(long, default_value_t = 1.2)]
    pub appeal_variance: f64,
    /// How much of generosity adds to appeal.
    #[arg(long, default_value_t = -0.2, allow_hyphen_values = true)]
    pub generosity_to_appeal: f64,
}

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
pub struct Decided<'a> {
    pub decider: (Iid, &'a Portrait),
    pub partner: (Iid, &'a Portrait),
    pub yes: bool,
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
