//! The hard filters: who must not be brought together, whatever the score.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Features;

/// The age from which a person is an adult. Minors and adults never meet.
pub const ADULT_AGE: u8 = 18;

/// A rule that keeps two people apart.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FilterName {
    /// One does not want to meet the other's gender.
    Gender,
    /// One's age is outside of the other's wish.
    Age,
    /// Both have said which languages they speak, and none of them is common.
    Language,
    /// One is a minor and the other an adult.
    AgeGroup,
}

/// How many people of the pool one of the user's own filters keeps out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Filtered {
    /// The filter.
    pub name: FilterName,
    /// About how many people of the own age group it keeps out, to the nearest multiple of five; 0 where it is withheld.
    pub excluded: u32,
    /// So few wait that a number would tell of single people: `excluded` says nothing. Left out where it is not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

/// Whether two people may be brought together, by the wishes of both; the same for `(a, b)` and `(b, a)`.
///
/// # Errors
/// The first rule that keeps them apart.
pub fn may_meet(a: &Features, b: &Features) -> Result<(), FilterName> {
    if !same_age_group(a.age, b.age) {
        return Err(FilterName::AgeGroup);
    }
    if !admits_gender(a, &b.gender) || !admits_gender(b, &a.gender) {
        return Err(FilterName::Gender);
    }
    if !admits_age(a, b.age) || !admits_age(b, a.age) {
        return Err(FilterName::Age);
    }
    if !have_a_common_language(&a.languages, &b.languages) {
        return Err(FilterName::Language);
    }
    Ok(())
}

/// Whether both are minors or both are adults.
pub fn same_age_group(one_age: u8, other_age: u8) -> bool {
    is_minor(one_age) == is_minor(other_age)
}

pub(super) fn is_minor(age: u8) -> bool {
    age < ADULT_AGE
}

/// Each language is a pool of its own, and one waits in the pools of all languages that one speaks; who names none waits in
/// all of them.
pub(super) fn have_a_common_language(one: &[String], other: &[String]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|code| other.contains(code))
}

pub(super) fn has_gender_wish(of: &Features) -> bool {
    !of.preferred_genders.is_empty()
}

/// Whether the person has set a wish for an age. The age of nobody else is a feature.
pub fn has_age_wish(of: &Features) -> bool {
    of.age_min.is_some() || of.age_max.is_some()
}

pub(super) fn admits_gender(of: &Features, gender: &str) -> bool {
    !has_gender_wish(of) || of.preferred_genders.iter().any(|wanted| wanted == gender)
}

pub(super) fn admits_age(of: &Features, age: u8) -> bool {
    of.age_min.is_none_or(|min| age >= min) && of.age_max.is_none_or(|max| age <= max)
}
