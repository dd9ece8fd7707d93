//! Beliefs about numbers, and how one observed yes or no changes them.

use serde::{Deserialize, Serialize};

/// What is believed of one number: a normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belief {
    /// The most likely value.
    pub mean: f64,
    /// How uncertain it is; 0 is certain and never changes.
    pub variance: f64,
}

/// A term of a prediction: a coefficient, and the belief that it multiplies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub coefficient: f64,
    pub belief: Belief,
}

impl Term {
    /// The belief itself.
    pub(super) fn plain(belief: Belief) -> Self {
        Self {
            coefficient: 1.0,
            belief,
        }
    }
}

/// How far one observation has moved a belief, in the natural parameters of the normal distribution, so that it can be
/// taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Site {
    precision: f64,
    precision_mean: f64,
}

/// The mean and the variance of a sum of independent terms.
pub(super) fn predict(terms: impl Iterator<Item = Term>) -> Belief {
    let mut sum = Belief {
        mean: 0.0,
        variance: 0.0,
    };
    for Term {
        coefficient,
        belief,
    } in terms
    {
        sum.mean += coefficient * belief.mean;
        sum.variance += coefficient * coefficient * belief.variance;
    }
    sum
}

/// The probability of a yes where the log-odds are uncertain: MacKay's approximation of the logistic-normal integral,
/// `σ(m / √(1 + πv/8))` ("The evidence framework applied to classification networks", 1992). Uncertainty draws it to 1/2.
#[inline]
pub fn probability(log_odds: Belief) -> f64 {
    let shrink = (1.0 + std::f64::consts::PI / 8.0 * log_odds.variance).sqrt();
    sigmoid(log_odds.mean / shrink)
}

/// How a yes (or no) moves every belief that the prediction was made of: assumed-density filtering with Laplace's
/// approximation (Minka, "Expectation propagation", 2001, section 3), which for one observation is a search along a line,
/// whatever the number of terms. Each belief keeps its own variance; correlations are dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Update {
    /// The slope of the log-likelihood at the most likely log-odds.
    slope: f64,
    /// Its curvature there, with the uncertainty of the prediction taken in.
    curvature: f64,
}

impl Update {
    pub(super) fn after(prediction: Belief, yes: bool) -> Self {
        let outcome = f64::from(u8::from(yes));
        let Belief { mean, variance } = prediction;
        let mut mode = mean;
        // Newton's method; the function is monotonous, and its root lies within the bounds.
        for _ in 0..NEWTON_STEPS {
            let p = sigmoid(mode);
            let error = mode - mean - variance * (outcome - p);
            mode -= error / (1.0 + variance * p * (1.0 - p));
            mode = mode.clamp(mean - variance, mean + variance);
        }
        let p = sigmoid(mode);
        let q = p * (1.0 - p);
        Self {
            slope: outcome - p,
            curvature: q / (1.0 + q * variance),
        }
    }

    pub(super) fn of(&self, term: Term) -> Belief {
        let Belief { mean, variance } = term.belief;
        let gain = variance * term.coefficient;
        Belief {
            mean: mean + gain * self.slope,
            variance: variance - gain * gain * self.curvature,
        }
    }
}

impl Belief {
    /// The sum of two independent numbers.
    #[inline]
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            mean: self.mean + other.mean,
            variance: self.variance + other.variance,
        }
    }

    /// What took this belief to `later`. A certain one is not moved by anything.
    pub(super) fn moved_to(self, later: Self) -> Site {
        if self.variance <= 0.0 || later.variance <= 0.0 {
            return Site::default();
        }
        Site {
            precision: later.variance.recip() - self.variance.recip(),
            precision_mean: later.mean / later.variance - self.mean / self.variance,
        }
    }

    /// The belief without what an observation added to it; nothing where no proper belief would be left.
    pub(super) fn without(self, site: Site) -> Option<Self> {
        if self.variance <= 0.0 {
            return Some(self);
        }
        let precision = self.variance.recip() - site.precision;
        let variance = precision.recip();
        let mean = (self.mean / self.variance - site.precision_mean) * variance;
        (precision > 0.0 && variance.is_finite() && mean.is_finite())
            .then_some(Self { mean, variance })
    }
}

const NEWTON_STEPS: u8 = 12;

#[inline]
fn sigmoid(log_odds: f64) -> f64 {
    (1.0 + (-log_odds).exp()).recip()
}
