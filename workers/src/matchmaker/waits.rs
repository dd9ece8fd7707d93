//! How long people have waited of late, from which others are told how long it may take.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use domain::{RoomId, Timestamp, UserId, profile::LANGUAGES};

/// How many of the newest matched people an estimate is made from, at the most and at the least.
const NEWEST: usize = 50;
const ENOUGH: usize = 10;
/// Longer ago the queue was another one.
const RECENT: Duration = Duration::from_secs(3_600);

/// How long the newest matched people had waited, also by the languages that they speak, as each is a pool of its own.
/// Pure; it keeps at most [`NEWEST`] of each.
#[derive(Debug, Default)]
pub(super) struct Waits {
    of_all: Newest,
    /// Of those who speak the language; of those who named none, who wait in all pools, under `None`.
    spoken: BTreeMap<Option<&'static str>, Newest>,
}

/// Somebody was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wait {
    pub(super) matched_at: Timestamp,
    pub(super) user: UserId,
    pub(super) room: RoomId,
    pub(super) waited: Duration,
}

#[derive(Debug, Default)]
struct Newest(VecDeque<Wait>);

impl Newest {
    /// Counts once: the ticket is written again when the profile changes meanwhile.
    fn add(&mut self, wait: Wait) {
        if self.0.contains(&wait) {
            return;
        }
        if self.0.len() == NEWEST {
            self.0.pop_front();
        }
        self.0.push_back(wait);
    }
}

impl Waits {
    /// Somebody was matched who speaks these languages.
    pub(super) fn matched(&mut self, wait: Wait, languages: &[String]) {
        self.of_all.add(wait);
        for language in keys(languages) {
            self.spoken.entry(language).or_default().add(wait);
        }
    }

    /// What is left for somebody of these languages who has `waited` already: of the median of the longer waits, as the shorter ones
    /// say nothing of whoever still waits. Whoever has waited longer than all of them may wait as long again. It is by the newest
    /// of those matched within the hour whom this one could have talked to; `None` where they are too few to say.
    pub(super) fn left(
        &self,
        languages: &[String],
        waited: Duration,
        now: Timestamp,
    ) -> Option<Duration> {
        let mut waits = self.of_the_same_pools(languages);
        waits.retain(|wait| now.since(wait.matched_at) <= RECENT);
        waits.truncate(NEWEST);
        if waits.len() < ENOUGH {
            return None;
        }
        let all = waits.into_iter().map(|wait| wait.waited);
        let mut longer: Vec<Duration> = all.filter(|wait| *wait > waited).collect();
        longer.sort_unstable();
        let median = longer.get(longer.len() / 2).copied();
        Some(median.map_or(waited, |median| median.saturating_sub(waited)))
    }

    /// The newest first; who names no language waits in the pools of all.
    fn of_the_same_pools(&self, languages: &[String]) -> Vec<Wait> {
        let mut found: Vec<Wait> = if languages.is_empty() {
            self.of_all.0.iter().copied().collect()
        } else {
            let pools = keys(languages).into_iter().chain([None]);
            let pools = pools.filter_map(|language| self.spoken.get(&language));
            pools.flat_map(|newest| newest.0.iter().copied()).collect()
        };
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found
    }
}

/// Languages that this release does not know are a pool of nobody here.
fn keys(languages: &[String]) -> Vec<Option<&'static str>> {
    if languages.is_empty() {
        return vec![None];
    }
    let known = LANGUAGES.iter().map(|(code, _)| *code);
    let spoken = known.filter(|code| languages.iter().any(|language| language == code));
    spoken.map(Some).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ANY: &[String] = &[];

    fn wait(number: usize, secs: u64) -> Wait {
        let id = Uuid::from_u128(number as u128);
        Wait {
            matched_at: Timestamp(i64::try_from(number).unwrap()),
            user: UserId(id),
            room: RoomId(id),
            waited: Duration::from_secs(secs),
        }
    }

    fn speaking(languages: &[&str]) -> Vec<String> {
        languages.iter().map(|code| (*code).to_owned()).collect()
    }

    fn after(seconds: impl IntoIterator<Item = u64>) -> Waits {
        let mut waits = Waits::default();
        for (number, secs) in seconds.into_iter().enumerate() {
            waits.matched(wait(number, secs), ANY);
        }
        waits
    }

    fn left(waits: &Waits, languages: &[&str], waited: u64) -> Option<u64> {
        let waited = Duration::from_secs(waited);
        let left = waits.left(&speaking(languages), waited, Timestamp(1_000));
        left.map(|left| left.as_secs())
    }

    #[test]
    fn a_matched_ticket_that_is_written_again_counts_once() {
        let mut waits = after([20; 9]);
        waits.matched(wait(8, 20), ANY);
        assert_eq!(left(&waits, &[], 0), None, "nine were matched");
        waits.matched(wait(9, 20), ANY);
        assert!(left(&waits, &[], 0).is_some());
    }

    #[test]
    fn too_few_matches_say_nothing() {
        assert_eq!(left(&after(0..9), &[], 0), None);
    }

    #[test]
    fn the_time_waited_already_is_taken_off_the_median() {
        assert_eq!(left(&after([20; 11]), &[], 5), Some(15));
    }

    #[test]
    fn whoever_has_waited_for_longer_than_most_is_told_of_those_who_have_too() {
        let waits = after([5, 5, 5, 5, 5, 5, 5, 40, 60, 90]);
        assert_eq!(left(&waits, &[], 0), Some(5));
        assert_eq!(left(&waits, &[], 6), Some(54));
        assert_eq!(left(&waits, &[], 70), Some(20));
        assert_eq!(left(&waits, &[], 90), Some(90), "as long again");
    }

    #[test]
    fn only_the_newest_matches_count() {
        let waits = after((0..50).map(|_| 100).chain((0..50).map(|_| 1)));
        assert_eq!(left(&waits, &[], 0), Some(1));
        assert_eq!(
            left(&waits, &["de"], 0),
            Some(1),
            "they waited in all pools"
        );
    }

    #[test]
    fn what_was_longer_than_an_hour_ago_counts_no_more() {
        let (waits, hour) = (after([20; 10]), Timestamp(1_000).plus(RECENT));
        assert_eq!(waits.left(ANY, Duration::ZERO, hour), None);
    }

    #[test]
    fn a_wait_is_told_by_the_waits_in_the_pools_of_ones_languages() {
        let mut waits = Waits::default();
        for number in 0..10 {
            waits.matched(wait(2 * number, 90), &speaking(&["fi"]));
            waits.matched(wait(2 * number + 1, 4), &speaking(&["en", "de"]));
        }
        assert_eq!(left(&waits, &["fi"], 0), Some(90));
        assert_eq!(left(&waits, &["de", "en"], 0), Some(4), "each counts once");
        assert_eq!(left(&waits, &["bn"], 0), None, "nobody was matched");
        assert_eq!(left(&waits, &["of a newer release"], 0), None);
        for number in 20..60 {
            waits.matched(wait(number, 5), &speaking(&["en"]));
        }
        assert_eq!(left(&waits, &["fi"], 0), Some(90), "not pushed out");
        assert_eq!(left(&waits, &["fi", "en"], 0), Some(5), "waits in both");
    }
}
