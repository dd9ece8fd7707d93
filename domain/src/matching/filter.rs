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
    /// How many people it keeps out.
    pub excluded: u32,
}

/// Whether two people may be brought together, by the wishes of both; the same for `(a, b)` and `(b, a)`.
///
/// # Errors
/// The first rule that keeps them apart.
pub fn may_meet(a: &Features, b: &Features) -> Result<(), FilterName> {
    if !same_age_group(a.age, b.age) {
        return Err(FilterName::AgeGroup);
    }
    if !wants_gender(a, b) || !wants_gender(b, a) {
        return Err(FilterName::Gender);
    }
    if !wants_age(a, b) || !wants_age(b, a) {
        return Err(FilterName::Age);
    }
    if !share_a_language(a, b) {
        return Err(FilterName::Language);
    }
    Ok(())
}

/// Whether both are minors or both are adults.
pub fn same_age_group(one_age: u8, other_age: u8) -> bool {
    (one_age < ADULT_AGE) == (other_age < ADULT_AGE)
}

/// How many people of the pool each filter that `me` has set keeps out, by itself. The pool is the others alone. A
/// filter that is not set is not listed; the wishes of the others and the age groups are not one's own filters.
pub fn count_excluded<'a>(
    me: &Features,
    pool: impl Iterator<Item = &'a Features>,
) -> Vec<Filtered> {
    let (mut by_gender, mut by_age, mut by_language) = (0, 0, 0);
    for other in pool {
        by_gender += u32::from(!wants_gender(me, other));
        by_age += u32::from(!wants_age(me, other));
        by_language += u32::from(!share_a_language(me, other));
    }
    let own = [
        (FilterName::Gender, has_gender_wish(me), by_gender),
        (FilterName::Age, has_age_wish(me), by_age),
        (FilterName::Language, !me.languages.is_empty(), by_language),
    ];
    let set = own.into_iter().filter(|(_, is_set, _)| *is_set);
    set.map(|(name, _, excluded)| Filtered { name, excluded })
        .collect()
}

/// Each language is a pool of its own, and one waits in the pools of all languages that one speaks; who names none waits in
/// all of them.
fn share_a_language(one: &Features, other: &Features) -> bool {
    one.languages.is_empty()
        || other.languages.is_empty()
        || one
            .languages
            .iter()
            .any(|code| other.languages.contains(code))
}

fn has_gender_wish(of: &Features) -> bool {
    !of.preferred_genders.is_empty()
}

fn has_age_wish(of: &Features) -> bool {
    of.age_min.is_some() || of.age_max.is_some()
}

fn wants_gender(of: &Features, other: &Features) -> bool {
    !has_gender_wish(of) || of.preferred_genders.contains(&other.gender)
}

fn wants_age(of: &Features, other: &Features) -> bool {
    of.age_min.is_none_or(|min| other.age >= min) && of.age_max.is_none_or(|max| other.age <= max)
}
