//! One person, packed for many comparisons: options as bits, 48 bytes.

use super::options::{Names, OTHER_GENDER};
use crate::matching::{ADULT_AGE, Features, has_age_wish};

/// The wish of whoever named none.
const ANY_GENDER: u64 = u64::MAX;

/// The languages of whoever named none.
const ANY_LANGUAGE: u64 = u64::MAX;

/// What two are taken to be apart whose ages do not count: as the model does, about the average of the people that it was fitted to.
const USUAL_YEARS_APART: f32 = 3.5;

/// What filters and sketch read of one person: together, because they are read together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Person {
    /// One bit a gender that the person wants to meet; all bits: no wish.
    pub(super) wanted_genders: u64,
    interests: u64,
    /// One over the root of their number.
    interests_norm: f32,
    looking_for: u64,
    /// One bit a language that the person speaks; all bits: not said.
    languages: u64,
    pub(super) age: u8,
    /// Youngest and oldest age that the person wants to meet.
    pub(super) wanted_ages: (u8, u8),
    /// Which bit of a wish is this person's gender.
    pub(super) gender: u8,
    /// Below [`ADULT_AGE`].
    pub(super) is_minor: bool,
    /// Whether the person has set a wish for an age; the age of nobody else is a feature.
    has_age_wish: bool,
}

/// All that the wishes, the languages and the age groups of two are compared by: who is alike in it may meet the same people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    gender: u8,
    age: u8,
    languages: u64,
    wanted_genders: u64,
    wanted_ages: (u8, u8),
}

/// One person, packed once for many ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Packed {
    person: Person,
    /// Whether all that the person names is known here; other options, of a newer release, have other bits in each pool.
    is_all_known: bool,
}

impl Packed {
    /// What these features say. They are to be packed again when they change, the age among them.
    pub fn of(features: &Features) -> Self {
        let mut names = Names::new();
        let person = Person::of(features, &mut names);
        Self {
            person,
            is_all_known: !names.has_others(),
        }
    }

    /// The person, if it is the same in each pool.
    pub(super) fn anywhere(&self) -> Option<Person> {
        self.is_all_known.then_some(self.person)
    }
}

impl Person {
    /// As the pool with these names sees the person.
    pub(super) fn of<'a>(features: &'a Features, names: &mut Names<'a>) -> Self {
        let wanted_genders = if features.preferred_genders.is_empty() {
            ANY_GENDER
        } else {
            names.genders.bits(&features.preferred_genders)
        };
        let interests = names.interests.bits(&features.interests);
        let languages = if features.languages.is_empty() {
            ANY_LANGUAGE
        } else {
            names.languages.bits(&features.languages)
        };
        Self {
            wanted_genders,
            interests,
            interests_norm: small(interests.count_ones().max(1)).sqrt().recip(),
            looking_for: names.looking_for.bits(&features.looking_for),
            languages,
            age: features.age,
            wanted_ages: (
                features.age_min.unwrap_or(0),
                features.age_max.unwrap_or(u8::MAX),
            ),
            gender: names.genders.bit(&features.gender).unwrap_or(OTHER_GENDER),
            is_minor: features.age < ADULT_AGE,
            has_age_wish: has_age_wish(features),
        }
    }

    /// The person's kind.
    pub(super) fn kind(&self) -> Kind {
        Kind {
            gender: self.gender,
            age: self.age,
            languages: self.languages,
            wanted_genders: self.wanted_genders,
            wanted_ages: self.wanted_ages,
        }
    }

    /// Whether this one's wishes allow the other.
    #[inline]
    fn wants(&self, other: &Self) -> bool {
        let (youngest, oldest) = self.wanted_ages;
        self.wanted_genders >> other.gender & 1 == 1 && youngest <= other.age && other.age <= oldest
    }

    /// Whether the wishes of both, their languages and their age groups let them meet.
    #[inline]
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        self.is_minor == other.is_minor
            && self.can_talk_to(other)
            && self.wants(other)
            && other.wants(self)
    }

    /// Whether there is a language that both may speak. A language without a bit of its own is nobody's.
    #[inline]
    fn can_talk_to(&self, other: &Self) -> bool {
        self.languages & other.languages != 0
    }

    /// A cheap guess, in no unit, at how well two suit each other: it only orders whom to score.
    #[inline]
    pub(super) fn sketch(&self, other: &Self) -> f32 {
        let common = (self.interests & other.interests).count_ones();
        let cosine = small(common) * self.interests_norm * other.interests_norm;
        let goal = if self.looking_for & other.looking_for == 0 {
            0.0
        } else {
            1.0
        };
        let years = if self.has_age_wish && other.has_age_wish {
            small(self.age.abs_diff(other.age).into())
        } else {
            USUAL_YEARS_APART
        };
        cosine + 0.5 * goal + 4.0 / (8.0 + years)
    }
}

/// A number that `f32` holds exactly: counts of bits and years.
fn small(count: u32) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(older: u8, has_wish: bool) -> f32 {
        let aged = |age, has_wish: bool| Features {
            age,
            age_min: has_wish.then_some(ADULT_AGE),
            ..Features::default()
        };
        let [one, other] = [aged(30, true), aged(older, has_wish)];
        let mut names = Names::new();
        let [one, other] = [&one, &other].map(|features| Person::of(features, &mut names));
        assert_eq!(one.sketch(&other), other.sketch(&one));
        one.sketch(&other)
    }

    #[test]
    fn ages_order_whom_to_score_where_both_have_set_a_wish_for_one() {
        assert!(sketch(31, true) > sketch(60, true));
        assert_eq!(sketch(31, false), sketch(60, false));
    }
}
