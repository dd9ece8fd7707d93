//! Whether matching treats people alike: waiting by segment, keeps by score band, and who starves.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use super::{Screen, person::Kind};
use crate::{Timestamp, UserId, matching::Features, profile::GENDERS};

/// How many of the newest waits of a segment are summed up.
const NEWEST: usize = 512;
/// Where the bands of the told scores begin. Of random couples by the shipped weights all are between .10 and .26; those of one age,
/// or whose ages do not count, at .18 to .20.
const BANDS_FROM: [f64; 6] = [0.0, 0.12, 0.14, 0.16, 0.18, 0.2];
/// How many kinds of people are looked at for who starves.
const KINDS_AT_MOST: usize = 1_024;

/// A group of people whose waiting is watched by itself. Few, and told apart only by what the filters read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// A gender of the profile's options, else `other`.
    pub gender: &'static str,
    /// A range of ages, for example `25-34`.
    pub ages: &'static str,
}

impl Segment {
    /// The segment of a person.
    pub fn of(features: &Features) -> Self {
        let gender = GENDERS.iter().find(|gender| **gender == features.gender);
        let ages = match features.age {
            ..18 => "-17",
            18..25 => "18-24",
            25..35 => "25-34",
            35..50 => "35-49",
            50.. => "50-",
        };
        Self {
            gender: gender.copied().unwrap_or("other"),
            ages,
        }
    }
}

/// How long the newest matched people of a segment had waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitSummary {
    /// The median.
    pub p50: Duration,
    /// What 95 of 100 did not exceed.
    pub p95: Duration,
}

/// A part of the range of scores, narrow where most scores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoreBand(usize);

impl ScoreBand {
    /// The band of a score; a score that is no number is in the lowest.
    pub fn of(score: f64) -> Self {
        let reached = BANDS_FROM[1..].iter().filter(|from| score >= **from);
        Self(reached.count())
    }

    /// The lowest score in the band.
    pub fn from(self) -> f64 {
        BANDS_FROM[self.0]
    }
}

/// What is watched, from the newest outcomes. Pure; fed by whoever sees them.
#[derive(Debug, Default)]
pub struct Fairness {
    waits: BTreeMap<Segment, VecDeque<Duration>>,
    decided: [u64; BANDS_FROM.len()],
    kept: [u64; BANDS_FROM.len()],
}

impl Fairness {
    /// Somebody was matched after so long.
    pub fn matched_after(&mut self, segment: Segment, waited: Duration) {
        let newest = self.waits.entry(segment).or_default();
        if newest.len() == NEWEST {
            newest.pop_front();
        }
        newest.push_back(waited);
    }

    /// A room was decided by both.
    pub fn decided(&mut self, score: f64, kept: bool) {
        let ScoreBand(band) = ScoreBand::of(score);
        self.decided[band] += 1;
        self.kept[band] += u64::from(kept);
    }

    /// The waiting of each segment that was seen.
    pub fn waits(&self) -> impl Iterator<Item = (Segment, WaitSummary)> {
        self.waits.iter().filter_map(|(segment, newest)| {
            let mut sorted: Vec<Duration> = newest.iter().copied().collect();
            sorted.sort_unstable();
            let last = sorted.len().checked_sub(1)?;
            let summary = WaitSummary {
                p50: sorted[last / 2],
                p95: sorted[(last * 95).div_ceil(100)],
            };
            Some((*segment, summary))
        })
    }

    /// The share of the decided rooms that both kept, for each band of the told score with any. It rises where the shipped weights
    /// say something of these people; what was learned since is not in that score.
    pub fn keep_rates(&self) -> impl Iterator<Item = (ScoreBand, f64)> {
        let bands = self.decided.iter().zip(&self.kept).enumerate();
        let some = bands.filter(|(_, (decided, _))| **decided > 0);
        #[expect(clippy::cast_precision_loss)] // counts of rooms
        some.map(|(band, (decided, kept))| (ScoreBand(band), *kept as f64 / *decided as f64))
    }
}

/// How many have waited longer than `limit` although somebody is there whom they may meet: the alarm is any. Who waits
/// because of the own filters alone does not count.
///
/// The work grows with the people and not with their pairs: people whom the filters cannot tell apart are of one kind, and
/// kinds are compared. Of more than 1,024 kinds the others are left out: those of the fewest people, then of who came last.
pub fn starving<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    now: Timestamp,
    limit: Duration,
) -> usize {
    let roster = screen.roster();
    let is_overdue = |rank: u32| now.since(roster.joined_at[rank as usize]) > limit;
    let mut by_kind: HashMap<Kind, Vec<u32>> = HashMap::new();
    for (rank, person) in (0u32..).zip(&roster.people) {
        by_kind.entry(person.kind()).or_default().push(rank);
    }
    let mut kinds: Vec<Vec<u32>> = by_kind.into_values().collect();
    kinds.sort_unstable_by_key(|kind| (Reverse(kind.len()), kind.first().copied()));
    kinds.truncate(KINDS_AT_MOST);
    let starving_of = |kind: &Vec<u32>| {
        let person = |of: &[u32]| of.first().map(|rank| &roster.people[*rank as usize]);
        let Some(me) = person(kind).filter(|_| kind.iter().any(|rank| is_overdue(*rank))) else {
            return 0;
        };
        let may_meet = |other: &&Vec<u32>| person(other).is_some_and(|other| me.may_meet(other));
        let others: Vec<&Vec<u32>> = kinds.iter().filter(may_meet).collect();
        // Only a block, a report or a meeting keeps two of such kinds apart, so the first tried is nearly always one to meet.
        let meets_somebody = |rank: u32| {
            let mut others = others.iter().copied().flatten();
            others.any(|other| screen.pairable(rank, *other).is_some())
        };
        let overdue = kind.iter().filter(|rank| is_overdue(**rank));
        overdue.filter(|rank| meets_somebody(**rank)).count()
    };
    kinds.iter().map(starving_of).sum()
}
