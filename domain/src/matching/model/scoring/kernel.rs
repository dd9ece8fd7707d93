//! The formulas of `likeness.rs` for two profiles, whose interests are bits.

use super::Prepared;
use crate::{
    matching::model::{
        likeness::pair_value,
        portrait::{NAMED, NOT_NAMED},
    },
    profile::INTERESTS,
};

/// How a feature of a pair is computed.
#[derive(Debug, Clone)]
pub(super) enum Kernel {
    /// Both see the same.
    Mutual(Mutual),
    /// Each sees something else.
    OneWay(OneWay),
}

/// What is the same from both sides. What is not said makes it a number that is none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mutual {
    YearsApart,
    YearsApartSquared,
    Cosine,
    Correlation,
    Distance,
    Activity,
    CommonGoal,
}

/// What `a` sees in `b`.
#[derive(Debug, Clone)]
pub(super) enum OneWay {
    AgeGap,
    /// By the general formula of this name.
    Named(String),
}

/// Two people, with what several formulas need of both.
pub(super) struct Both<'a> {
    a: &'a Prepared,
    b: &'a Prepared,
    years_apart: f64,
    /// How many interests both name; not a number where one of the two names none.
    common: f64,
}

/// The difference that naming an interest makes.
const STEP: f64 = NAMED - NOT_NAMED;

impl Kernel {
    pub(super) fn of(name: &str) -> Self {
        let mutual = match name {
            "years_apart" => Mutual::YearsApart,
            "years_apart_squared" => Mutual::YearsApartSquared,
            "interests_cosine" => Mutual::Cosine,
            "interests_correlation" => Mutual::Correlation,
            "interests_distance" => Mutual::Distance,
            "activity_product" => Mutual::Activity,
            "common_goal" => Mutual::CommonGoal,
            "age_gap" => return Self::OneWay(OneWay::AgeGap),
            other => return Self::OneWay(OneWay::Named(other.to_owned())),
        };
        Self::Mutual(mutual)
    }
}

impl OneWay {
    pub(super) fn needs_portraits(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// Not a number where something is not said.
    #[inline]
    pub(super) fn value(&self, a: &Prepared, b: &Prepared) -> f64 {
        match self {
            Self::AgeGap => a.age - b.age,
            Self::Named(name) => {
                let portraits = a.portrait.as_ref().zip(b.portrait.as_ref());
                let value = portraits.and_then(|(a, b)| pair_value(name, a, b));
                value.unwrap_or(f64::NAN)
            }
        }
    }
}

impl<'a> Both<'a> {
    #[inline]
    pub(super) fn of(a: &'a Prepared, b: &'a Prepared) -> Self {
        let common = if a.interests == 0 || b.interests == 0 {
            f64::NAN
        } else {
            f64::from((a.interests & b.interests).count_ones())
        };
        Self {
            a,
            b,
            years_apart: (a.age - b.age).abs(),
            common,
        }
    }
}

impl Mutual {
    /// With `x = NOT_NAMED + STEP · named(x)` for each option, sums over all options become counts.
    #[inline]
    pub(super) fn value(self, both: &Both<'_>) -> f64 {
        let &Both { a, b, common, .. } = both;
        match self {
            Self::YearsApart => both.years_apart,
            // `min` would take a gap that is not a number for the largest.
            Self::YearsApartSquared => (both.years_apart * both.years_apart).clamp(0.0, 100.0),
            Self::Cosine => {
                let dot = NOT_NAMED * NOT_NAMED * options()
                    + NOT_NAMED * STEP * (a.named + b.named)
                    + STEP * STEP * common;
                dot / (a.length * b.length)
            }
            // Who names all of them has no spread, and the quotient is no number.
            Self::Correlation => (common - a.named * b.named / options()) / (a.spread * b.spread),
            Self::Distance => (a.named + b.named - 2.0 * common) * (STEP / options()),
            Self::Activity if common.is_nan() => f64::NAN,
            Self::Activity => a.mean * b.mean,
            Self::CommonGoal => match (a.goals, b.goals) {
                (0, _) | (_, 0) => f64::NAN,
                (a, b) => f64::from(u8::from(a & b != 0)),
            },
        }
    }
}

/// The root of the squared deviations of somebody who names so many of the options, in steps.
pub(super) fn spread(named: f64) -> f64 {
    (named - named * named / options()).sqrt()
}

#[inline]
fn options() -> f64 {
    u32::try_from(INTERESTS.len()).map_or(f64::MAX, f64::from)
}
