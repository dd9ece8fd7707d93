//! What people say of themselves and wish of others.

mod options;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use options::{
    GENDERS, INTERESTS, LANGUAGES, LOOKING_FOR, ProfileOptions, REPORT_REASONS, is_report_reason,
    language_name, options,
};

use crate::{FieldError, account::validate_display_name, matching::Features};

/// Longest biography, in Unicode characters.
pub const BIO_MAX_CHARS: usize = 500;
/// Most interests of one profile.
pub const INTERESTS_MAX: usize = 10;
/// The ages that a wish may name.
pub const WISHED_AGES: std::ops::RangeInclusive<u8> = 13..=120;

/// A profile. Whatever a form leaves out is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The name that others see, at most 40 characters.
    pub display_name: String,
    /// A few words, at most 500 characters.
    pub bio: String,
    /// At most 10 of the options.
    pub interests: Vec<String>,
    /// Some of the options.
    pub looking_for: Vec<String>,
    /// Languages the person speaks, as ISO 639-1 codes of the options.
    pub languages: Vec<String>,
    /// One of the options.
    pub gender: Option<String>,
    /// Genders the person wants to meet; empty: no preference.
    pub preferred_genders: Vec<String>,
    /// Youngest age the person wants to meet, 13 to 120.
    pub age_min: Option<u8>,
    /// Oldest age the person wants to meet, 13 to 120.
    pub age_max: Option<u8>,
}

impl Profile {
    /// Every fault of the profile, in the order of its fields. An empty display name is no fault: the profile is then
    /// not complete, see [`Profile::missing`].
    pub fn validate(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if !self.display_name.is_empty() {
            faults.extend(validate_display_name(&self.display_name));
        }
        faults.extend(check_bio(&self.bio));
        faults.extend(check_choices("interests", &self.interests, |v| {
            INTERESTS.contains(&v)
        }));
        if self.interests.len() > INTERESTS_MAX {
            let detail = "Choose at most 10 interests.";
            faults.push(FieldError::new("interests", "too_many", detail));
        }
        faults.extend(check_choices("looking_for", &self.looking_for, |v| {
            LOOKING_FOR.contains(&v)
        }));
        faults.extend(check_choices("languages", &self.languages, |v| {
            LANGUAGES.iter().any(|(code, _)| *code == v)
        }));
        faults.extend(check_choices("gender", self.gender.as_slice(), |v| {
            GENDERS.contains(&v)
        }));
        faults.extend(check_choices(
            "preferred_genders",
            &self.preferred_genders,
            |v| GENDERS.contains(&v),
        ));
        faults.extend(check_ages(self.age_min, self.age_max));
        faults
    }

    /// The fields without which nobody can be matched and that are still empty; none: the profile is complete.
    pub fn missing(&self) -> Vec<&'static str> {
        let needed = [
            ("display_name", self.display_name.trim().is_empty()),
            ("gender", self.gender.is_none()),
            ("interests", self.interests.is_empty()),
        ];
        let empty = needed.into_iter().filter(|(_, is_empty)| *is_empty);
        empty.map(|(field, _)| field).collect()
    }

    /// The profile with its display name as it is stored: without white space around it.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.display_name = self.display_name.trim().to_owned();
        self
    }

    /// What matching needs to know of the person, who is `age` full years old.
    pub fn features(&self, age: u8) -> Features {
        Features {
            age,
            gender: self.gender.clone().unwrap_or_default(),
            preferred_genders: self.preferred_genders.clone(),
            age_min: self.age_min,
            age_max: self.age_max,
            interests: self.interests.clone(),
            looking_for: self.looking_for.clone(),
            languages: self.languages.clone(),
        }
    }
}

fn check_bio(bio: &str) -> Option<FieldError> {
    if bio.chars().count() > BIO_MAX_CHARS {
        return Some(FieldError::new(
            "bio",
            "too_long",
            "Write at most 500 characters.",
        ));
    }
    if bio.contains('\0') {
        return Some(FieldError::new(
            "bio",
            "invalid_characters",
            "U+0000 is not allowed.",
        ));
    }
    None
}

fn check_choices(
    field: &str,
    values: &[String],
    is_known: impl Fn(&str) -> bool,
) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    if values.iter().any(|value| !is_known(value)) {
        let detail = "Choose from the values of GET /profiles/options.";
        faults.push(FieldError::new(field, "unknown_value", detail));
    }
    if !values.iter().all(|value| seen.insert(value)) {
        let detail = "Name each value once.";
        faults.push(FieldError::new(field, "duplicate", detail));
    }
    faults
}

fn check_ages(age_min: Option<u8>, age_max: Option<u8>) -> Vec<FieldError> {
    let wishes = [("age_min", age_min), ("age_max", age_max)];
    let mut faults: Vec<_> = wishes
        .into_iter()
        .filter(|(_, age)| age.is_some_and(|age| !WISHED_AGES.contains(&age)))
        .map(|(field, _)| FieldError::new(field, "out_of_range", "Give an age from 13 to 120."))
        .collect();
    if let (Some(min), Some(max)) = (age_min, age_max)
        && min > max
    {
        let detail = "The youngest age is above the oldest one; swap them.";
        faults.push(FieldError::new("age_min", "min_above_max", detail));
    }
    faults
}

#[cfg(test)]
mod tests;
