//! A pool of people, packed for many comparisons: one array a field, options as bits, about 70 bytes a person.

use std::collections::{HashMap, HashSet};

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

/// Everybody who waits, as a tick looks at them: the longest waiting first, each user once.
///
/// A person is an index, called a rank, because the order is the order of waiting.
#[derive(Debug, Default)]
pub struct Roster {
    pub(super) users: Vec<UserId>,
    pub(super) joined_at: Vec<Timestamp>,
    pub(super) ages: Vec<u8>,
    /// Below [`ADULT_AGE`].
    pub(super) minors: Vec<bool>,
    /// Which bit of a wish is this person's gender.
    pub(super) genders: Vec<u8>,
    /// One bit a gender that the person wants to meet; all bits: no wish.
    pub(super) wanted_genders: Vec<u64>,
    /// Youngest and oldest age that the person wants to meet.
    pub(super) wanted_ages: Vec<(u8, u8)>,
    interests: Vec<u64>,
    looking_for: Vec<u64>,
    languages: Vec<u64>,
    sources: Vec<u32>,
}

impl Roster {
    /// Packs a pool. A user with several tickets is taken by the oldest one; the order of the slice does not matter.
    pub fn of(candidates: &[Candidate]) -> Self {
        let mut order: Vec<u32> = (0..).take(candidates.len()).collect();
        order.sort_unstable_by_key(|&index| {
            let candidate = &candidates[index as usize];
            (candidate.joined_at, candidate.ticket, candidate.user)
        });
        let mut seen = HashSet::with_capacity(order.len());
        order.retain(|&index| seen.insert(candidates[index as usize].user));
        drop(seen);
        let mut roster = Self::default();
        let mut names = Names::new();
        for &index in &order {
            let candidate = &candidates[index as usize];
            roster.users.push(candidate.user);
            roster.joined_at.push(candidate.joined_at);
            roster.add(&candidate.features, &mut names);
        }
        roster.sources = order;
        roster
    }

    fn add<'a>(&mut self, features: &'a Features, names: &mut Names<'a>) {
        self.ages.push(features.age);
        self.minors.push(features.age < ADULT_AGE);
        let gender = names.genders.bit(&features.gender);
        self.genders.push(gender.unwrap_or(OTHER_GENDER));
        self.wanted_genders
            .push(if features.preferred_genders.is_empty() {
                ANY_GENDER
            } else {
                names.genders.bits(&features.preferred_genders)
            });
        self.wanted_ages.push((
            features.age_min.unwrap_or(0),
            features.age_max.unwrap_or(u8::MAX),
        ));
        self.interests.push(names.interests.bits(&features.interests));
        self.looking_for
            .push(names.looking_for.bits(&features.looking_for));
        self.languages.push(names.languages.bits(&features.languages));
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

    /// A cheap guess, in no unit, at how well two suit each other: it only orders whom to score.
    pub(super) fn sketch(&self, one: u32, other: u32) -> f32 {
        let (one, other) = (one as usize, other as usize);
        let common = |bits: &[u64]| (bits[one] & bits[other]).count_ones();
        let likes = self.interests[one].count_ones() * self.interests[other].count_ones();
        let cosine = small(common(&self.interests)) / small(likes.max(1)).sqrt();
        let goal = if common(&self.looking_for) > 0 { 1.0 } else { 0.0 };
        let years = small(self.ages[one].abs_diff(self.ages[other]).into());
        let language = if common(&self.languages) > 0 { 1.0 } else { 0.3 };
        language * (cosine + 0.5 * goal + 0.5 / (1.0 + years / 8.0))
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
        Self((0..OTHER_GENDER).zip(known).map(|(bit, name)| (name, bit)).collect())
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
