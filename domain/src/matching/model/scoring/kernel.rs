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
    AgeGap,
    YearsApart,
    YearsApartSquared,
    Cosine,
    Correlation,
    Distance,
    Activity,
    CommonGoal,
    /// By the general formula of this name.
    Named(String),
}

/// The difference that naming an interest makes.
const STEP: f64 = NAMED - NOT_NAMED;

impl Kernel {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "age_gap" => Self::AgeGap,
            "years_apart" => Self::YearsApart,
            "years_apart_squared" => Self::YearsApartSquared,
            "interests_cosine" => Self::Cosine,
            "interests_correlation" => Self::Correlation,
            "interests_distance" => Self::Distance,
            "activity_product" => Self::Activity,
            "common_goal" => Self::CommonGoal,
            other => Self::Named(other.to_owned()),
        }
    }

    pub(super) fn needs_portraits(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// What `a` sees in `b`, and `b` in `a`.
    #[inline]
    pub(super) fn values(&self, a: &Prepared, b: &Prepared) -> [Option<f64>; 2] {
        let gap = a.age - b.age;
        let both = match self {
            Self::AgeGap => return [Some(gap), Some(-gap)],
            Self::Named(name) => {
                let (Some(one), Some(other)) = (&a.portrait, &b.portrait) else {
                    return [None, None];
                };
                return [pair_value(name, one, other), pair_value(name, other, one)];
            }
            Self::YearsApart => Some(gap.abs()),
            // `min` would take a gap that is not a number for the largest.
            Self::YearsApartSquared => Some((gap * gap).clamp(0.0, 100.0)),
            Self::CommonGoal => {
                let said = a.goals != 0 && b.goals != 0;
                said.then(|| f64::from(u8::from(a.goals & b.goals != 0)))
            }
            Self::Cosine | Self::Correlation | Self::Distance | Self::Activity => {
                self.of_interests(a, b)
            }
        };
        [both; 2]
    }

    /// With `x = NOT_NAMED + STEP · named(x)` for each option, sums over all options become counts.
    #[inline]
    fn of_interests(&self, a: &Prepared, b: &Prepared) -> Option<f64> {
        if a.interests == 0 || b.interests == 0 {
            return None;
        }
        let size = options();
        let common = f64::from((a.interests & b.interests).count_ones());
        match self {
            Self::Cosine => {
                let dot = NOT_NAMED * NOT_NAMED * size
                    + NOT_NAMED * STEP * (a.named + b.named)
                    + STEP * STEP * common;
                Some(dot / (a.length * b.length))
            }
            Self::Correlation => {
                let spread = |named: f64| named - named * named / size;
                let of_both = (spread(a.named) * spread(b.named)).sqrt();
                (of_both > 0.0).then(|| (common - a.named * b.named / size) / of_both)
            }
            Self::Distance => Some((a.named + b.named - 2.0 * common) * STEP / size),
            _ => Some(a.mean * b.mean),
        }
    }
}

#[inline]
fn options() -> f64 {
    u32::try_from(INTERESTS.len()).map_or(f64::MAX, f64::from)
}
