//! What the model reads of a person.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    matching::{Features, has_age_wish},
    profile::{INTERESTS, LOOKING_FOR},
};

/// Names with a value each.
pub type Scales = BTreeMap<String, f64>;

/// What a person says of themself, as numbers. Whatever is not said is absent, and counts as average.
///
/// Any value is lawful: the model reads numbers that are not finite as not said, and bounds all others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Portrait {
    /// Years; of a user, only where the user has set a wish for an age: nobody else's age is a feature.
    pub age: Option<f64>,
    /// What the person likes, from 0 (not at all) to 1 (very much).
    pub interests: Scales,
    /// What the person wishes of others, as shares of one whole.
    pub wishes: Scales,
    /// What the person believes that others wish, as shares of one whole.
    pub assumed_wishes: Scales,
    /// How the person describes themself in the words of the wishes, from 0 to 1.
    pub self_view: Scales,
    /// How the person lives, from 0 (never) to 1 (always).
    pub habits: Scales,
    /// What the person is looking for.
    pub goals: BTreeSet<String>,
    /// Languages that the person speaks.
    pub languages: BTreeSet<String>,
    /// Where the person stands in life: one value a name, for example `field` = `law`.
    pub background: BTreeMap<String, String>,
}

impl Portrait {
    /// One trait by its name in the weights: `age`, `interests.mean`, `interests.spread`, `self_view.mean`, or a group and
    /// a key, such as `wish.fun`, `interest.music`, `goal.dating` or `field.law`. What one may be or not is 1 or 0. Nothing where
    /// it is not said.
    pub fn trait_value(&self, name: &str) -> Option<f64> {
        let value = match name.split_once('.') {
            None if name == "age" => self.age,
            Some(("interests", "mean")) => mean(&self.interests),
            Some(("interests", "spread")) => spread(&self.interests),
            Some(("self_view", "mean")) => mean(&self.self_view),
            Some(("interest", key)) => self.interests.get(key).copied(),
            Some(("wish", key)) => self.wishes.get(key).copied(),
            Some(("self_view", key)) => self.self_view.get(key).copied(),
            Some(("habit", key)) => self.habits.get(key).copied(),
            Some(("goal", key)) => self.goal(key),
            Some((name @ ("field" | "career"), key)) => self.stands_in(name, key),
            _ => None,
        };
        value.filter(|value| value.is_finite())
    }

    /// Whether [`Self::trait_value`] knows the name.
    pub(super) fn is_trait(name: &str) -> bool {
        let groups = [
            "interests",
            "interest",
            "wish",
            "self_view",
            "habit",
            "goal",
            "field",
            "career",
        ];
        name == "age"
            || name
                .split_once('.')
                .is_some_and(|(group, _)| groups.contains(&group))
    }

    fn stands_in(&self, name: &str, key: &str) -> Option<f64> {
        let said = self.background.get(name)?;
        Some(f64::from(u8::from(said == key)))
    }

    fn goal(&self, key: &str) -> Option<f64> {
        let said = !self.goals.is_empty();
        said.then(|| f64::from(u8::from(self.goals.contains(key))))
    }
}

/// What naming an interest counts as, and leaving it out, on the scale from 0 to 1. A profile names few of many options, while
/// the shipped weights come from people who rated each: their mean is .59, and where five of 17 are at .95, the others are at .43.
pub(super) const NAMED: f64 = 0.95;
pub(super) const NOT_NAMED: f64 = 0.45;

/// A profile of WebChat. Who names no interest has not said which; options that this version does not know do not count.
impl From<&Features> for Portrait {
    fn from(features: &Features) -> Self {
        let is_named = |option: &str| features.interests.iter().any(|name| name == option);
        let scale = |option: &&str| {
            let value = if is_named(option) { NAMED } else { NOT_NAMED };
            ((*option).to_owned(), value)
        };
        let has_said = INTERESTS.iter().any(|option| is_named(option));
        let interests = INTERESTS.iter().filter(|_| has_said).map(scale);
        Self {
            age: has_age_wish(features).then(|| f64::from(features.age)),
            interests: interests.collect(),
            goals: known(&features.looking_for, LOOKING_FOR),
            languages: features.languages.iter().cloned().collect(),
            ..Self::default()
        }
    }
}

fn known(named: &[String], options: &[&str]) -> BTreeSet<String> {
    let known = named.iter().filter(|name| options.contains(&name.as_str()));
    known.cloned().collect()
}

fn mean(scales: &Scales) -> Option<f64> {
    let total: f64 = scales.values().sum();
    (!scales.is_empty()).then(|| total / count(scales))
}

/// The standard deviation.
fn spread(scales: &Scales) -> Option<f64> {
    let mean = mean(scales)?;
    let squares: f64 = scales.values().map(|value| (value - mean).powi(2)).sum();
    Some((squares / count(scales)).sqrt())
}

fn count(scales: &Scales) -> f64 {
    u32::try_from(scales.len()).map_or(f64::MAX, f64::from)
}
