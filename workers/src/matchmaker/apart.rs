//! Who may not meet whom, and until when.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{
    Timestamp, UserId,
    pair::{Pair, PairKey},
};

const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Couples that are kept apart.
#[derive(Debug)]
pub(super) struct Apart {
    recent_partner: Duration,
    prune_at: Timestamp,
    /// By the lower id, then by the higher.
    until: HashMap<UserId, HashMap<UserId, Timestamp>>,
}

impl Apart {
    /// Nobody yet. Two who met are kept apart for `recent_partner`.
    pub(super) fn new(recent_partner: Duration) -> Self {
        Self {
            recent_partner,
            prune_at: Timestamp::default(),
            until: HashMap::new(),
        }
    }

    /// Nobody any more.
    pub(super) fn clear(&mut self) {
        self.until.clear();
    }

    /// What two people are to each other, as just read.
    pub(super) fn pair_is(&mut self, pair: &Pair, now: Timestamp) {
        let until = apart_until(pair, self.recent_partner);
        if until > now {
            self.keep(pair.key, until);
        } else if let Some(others) = self.until.get_mut(&pair.key.low) {
            others.remove(&pair.key.high);
        }
    }

    /// Keeps two people apart until then.
    pub(super) fn keep(&mut self, pair: PairKey, until: Timestamp) {
        let others = self.until.entry(pair.low).or_default();
        others.insert(pair.high, until);
    }

    /// Whether two people are kept apart.
    pub(super) fn holds(&self, pair: PairKey, now: Timestamp) -> bool {
        let others = self.until.get(&pair.low);
        others
            .and_then(|others| others.get(&pair.high))
            .is_some_and(|until| *until > now)
    }

    /// The couples among these people. What is over is forgotten now and then.
    pub(super) fn among<T>(
        &mut self,
        people: &HashMap<UserId, T>,
        now: Timestamp,
    ) -> HashSet<PairKey> {
        self.prune(now);
        let mut apart = HashSet::new();
        for low in people.keys().copied() {
            let others = self.until.get(&low).into_iter().flatten();
            let now_apart =
                others.filter(|(high, until)| **until > now && people.contains_key(high));
            apart.extend(now_apart.map(|(high, _)| PairKey { low, high: *high }));
        }
        apart
    }

    fn prune(&mut self, now: Timestamp) {
        if now < self.prune_at {
            return;
        }
        self.prune_at = now.plus(PRUNE_EVERY);
        self.until.retain(|_, others| {
            others.retain(|_, until| *until > now);
            !others.is_empty()
        });
    }
}

/// Until when two may not meet: for ever where one blocks the other or has reported them, for a while where they met.
pub(super) fn apart_until(pair: &Pair, recent_partner: Duration) -> Timestamp {
    if pair.is_blocked() || pair.is_reported() {
        return Timestamp(i64::MAX);
    }
    pair.last_met_at
        .map_or(Timestamp(i64::MIN), |met| met.plus(recent_partner))
}
