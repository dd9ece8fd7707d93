//! Synthetic people: who keeps whom, and how much of it a matcher can see.

use crate::dice::{Dice, normal_of};

/// The logit of a keep between two of the middle: .42 of all decisions are a keep, as in the speed-dating data (.47 and .37).
const INTERCEPT: f64 = -0.45;
/// Spreads on the logit scale. Generosity and appeal: moments within deciders and within the decided of the data give
/// .75 to .91 and .63 to .79; these are attenuated, so a little more.
const GENEROSITY: f64 = 1.0;
const APPEAL: f64 = 0.85;
/// Taste for a person in particular, of each direction by itself. The data cannot tell it from chance (nobody met
/// twice); an assumption, of the size of the others.
const TASTE: f64 = 1.0;

/// How well a matcher sees each part: the correlation of what it estimates with what is so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    pub name: &'static str,
    pub person: f64,
    pub taste: f64,
}

/// Before anything was learned of the people, and after some rooms. Set so that the AUC of mutual keeps is that of a
/// model on the data (.58 to .60, .75 to .78); `calibration` prints what they come to.
pub const SIGHTS: [Sight; 2] = [
    Sight {
        name: "cold",
        person: 0.20,
        taste: 0.36,
    },
    Sight {
        name: "warm",
        person: 0.90,
        taste: 0.55,
    },
];

/// Whom people wish to meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Market {
    /// Half have no wish of gender, four in ten wish for the other, one in ten for the own.
    Mixed,
    /// All wish for the other, as in the data.
    TwoSided,
}

/// One person. A number names it, so that what it is to others needs no storage.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    id: u64,
    pub gender: &'static str,
    /// `None`: any.
    pub wanted: Option<&'static str>,
    generosity: f64,
    appeal: f64,
}

impl Person {
    pub fn born(market: Market, dice: &mut Dice) -> Self {
        let (gender, other) = if dice.share() < 0.5 {
            ("man", "woman")
        } else {
            ("woman", "man")
        };
        let wish = dice.share();
        let wanted = match market {
            Market::Mixed if wish < 0.5 => None,
            Market::Mixed if wish < 0.6 => Some(gender),
            Market::Mixed | Market::TwoSided => Some(other),
        };
        Self {
            gender,
            wanted,
            id: dice.any(),
            generosity: GENEROSITY * dice.normal(),
            appeal: APPEAL * dice.normal(),
        }
    }

    fn keeps(&self, other: &Self) -> f64 {
        let taste = TASTE * normal_of(self.id, other.id, 1);
        logistic(INTERCEPT + self.generosity + other.appeal + taste)
    }

    fn seems_to_keep(&self, other: &Self, sight: Sight) -> f64 {
        let taste = seen(
            sight.taste,
            TASTE * normal_of(self.id, other.id, 1),
            TASTE * normal_of(self.id, other.id, 4),
        );
        seems(
            self.seen_generosity(sight) + other.seen_appeal(sight) + taste,
            sight,
        )
    }

    fn seen_generosity(&self, sight: Sight) -> f64 {
        let noise = GENEROSITY * normal_of(self.id, 0, 2);
        seen(sight.person, self.generosity, noise)
    }

    fn seen_appeal(&self, sight: Sight) -> f64 {
        let noise = APPEAL * normal_of(self.id, 0, 3);
        seen(sight.person, self.appeal, noise)
    }
}

/// The posterior mean of a part, given an estimate of that correlation with it.
fn seen(correlation: f64, so: f64, noise: f64) -> f64 {
    correlation * (correlation * so + (1.0 - correlation * correlation).sqrt() * noise)
}

/// What stays unknown flattens the logistic (MacKay 1992).
fn seems(sum: f64, sight: Sight) -> f64 {
    let unknown = (1.0 - sight.person.powi(2)) * (GENEROSITY.powi(2) + APPEAL.powi(2))
        + (1.0 - sight.taste.powi(2)) * TASTE.powi(2);
    logistic((INTERCEPT + sum) / (1.0 + std::f64::consts::PI / 8.0 * unknown).sqrt())
}

/// The probability that both keep the room.
pub fn mutual(one: &Person, other: &Person) -> f64 {
    one.keeps(other) * other.keeps(one)
}

/// The same as a matcher estimates it.
pub fn estimate(one: &Person, other: &Person, sight: Sight) -> f64 {
    one.seems_to_keep(other, sight) * other.seems_to_keep(one, sight)
}

/// What a matcher estimates of the person with somebody average.
pub fn usual(person: &Person, sight: Sight) -> f64 {
    seems(person.seen_generosity(sight), sight) * seems(person.seen_appeal(sight), sight)
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}
