//! A pool of people, packed for many comparisons: options as bits, about 70 bytes a person.

use std::borrow::Borrow;

use hashbrown::{HashMap, HashSet};

use super::Candidate;
use crate::{
    Timestamp, UserId,
    matching::{ADULT_AGE, Features},
    profile::{GENDERS, INTERESTS, LANGUAGES, LOOKING_FOR},
};

/// The bit of a gender that found no bit of its own any more: no wish ever names it.
const OTHER_GENDER: u8 = 63;
/// The wish of whoever named none.
const ANY_GENDER: u64 = u64::MAX;

/// The languages of whoever named none.
const ANY_LANGUAGE: u64 = u64::MAX;

/// What filters and sketch read of one person: together, because they are read together.
#[derive(Debug, Clone, Copy)]
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

/// Everybody who waits, as a tick looks at them: the longest waiting first, each user once.
///
/// A person is an index, called a rank, because the order is the order of waiting.
#[derive(Debug, Default)]
pub struct Roster {
    pub(super) users: Vec<UserId>,
    pub(super) joined_at: Vec<Timestamp>,
    pub(super) people: Vec<Person>,
    sources: Vec<u32>,
}

impl Roster {
    /// Packs a pool. A user with several tickets is taken by the oldest one; the order of the slice does not matter.
    pub fn of<F: Borrow<Features>, C: Borrow<Candidate<F>>>(candidates: &[C]) -> Self {
        let candidate = |index: u32| candidates[index as usize].borrow();
        let mut order: Vec<u32> = (0..).take(candidates.len()).collect();
        order.sort_unstable_by_key(|&index| {
            let candidate = candidate(index);
            (candidate.joined_at, candidate.ticket, candidate.user)
        });
        let mut seen = HashSet::with_capacity(order.len());
        order.retain(|&index| seen.insert(candidate(index).user));
        drop(seen);
        let mut roster = Self::default();
        let mut names = Names::new();
        for &index in &order {
            let candidate = candidate(index);
            roster.users.push(candidate.user);
            roster.joined_at.push(candidate.joined_at);
            roster
                .people
                .push(Person::of(candidate.features.borrow(), &mut names));
        }
        roster.sources = order;
        roster
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Where the person of this rank stands in the slice that the roster was made of.
    pub fn source(&self, rank: u32) -> usize {
        self.sources[rank as usize] as usize
    }

    /// For how many seconds the person of this rank has waited.
    pub fn waited_secs(&self, rank: u32, now: Timestamp) -> f32 {
        now.since(self.joined_at[rank as usize]).as_secs_f32()
    }
}

impl Person {
    fn of<'a>(features: &'a Features, names: &mut Names<'a>) -> Self {
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
    fn wants(&self, other: &Self) -> bool {
        let (youngest, oldest) = self.wanted_ages;
        self.wanted_genders >> other.gender & 1 == 1 && youngest <= other.age && other.age <= oldest
    }

    /// Whether the wishes of both, their languages and their age groups let them meet.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        self.is_minor == other.is_minor
            && self.can_talk_to(other)
            && self.wants(other)
            && other.wants(self)
    }

    /// Whether there is a language that both may speak. A language without a bit of its own is nobody's.
    fn can_talk_to(&self, other: &Self) -> bool {
        self.languages & other.languages != 0
    }

    /// A cheap guess, in no unit, at how well two suit each other: it only orders whom to score.
    pub(super) fn sketch(&self, other: &Self) -> f32 {
        let common = (self.interests & other.interests).count_ones();
        let cosine = small(common) * self.interests_norm * other.interests_norm;
        let goal = if self.looking_for & other.looking_for == 0 {
            0.0
        } else {
            1.0
        };
        let years = small(self.age.abs_diff(other.age).into());
        cosine + 0.5 * goal + 4.0 / (8.0 + years)
    }
}

/// A number that `f32` holds exactly: counts of bits and years.
fn small(count: u32) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Which bit stands for which option, in one pool.
struct Names<'a> {
    genders: Options<'a>,
    interests: Options<'a>,
    looking_for: Options<'a>,
    languages: Options<'a>,
}

impl Names<'_> {
    fn new() -> Self {
        Self {
            genders: Options::of(GENDERS.iter().copied()),
            interests: Options::of(INTERESTS.iter().copied()),
            looking_for: Options::of(LOOKING_FOR.iter().copied()),
            languages: Options::of(LANGUAGES.iter().map(|(code, _)| *code)),
        }
    }
}

/// The options of one field: the known ones first, then others as they come, 63 at the most.
struct Options<'a>(HashMap<&'a str, u8>);

impl<'a> Options<'a> {
    fn of(known: impl Iterator<Item = &'a str>) -> Self {
        Self(
            (0..OTHER_GENDER)
                .zip(known)
                .map(|(bit, name)| (name, bit))
                .collect(),
        )
    }

    fn bit(&mut self, name: &'a str) -> Option<u8> {
        if let Some(bit) = self.0.get(name) {
            return Some(*bit);
        }
        let free = u8::try_from(self.0.len()).ok();
        let bit = free.filter(|bit| *bit < OTHER_GENDER)?;
        self.0.insert(name, bit);
        Some(bit)
    }

    fn bits(&mut self, names: &'a [String]) -> u64 {
        let bits = names.iter().filter_map(|name| self.bit(name));
        bits.fold(0, |all, bit| all | 1 << bit)
    }
}
