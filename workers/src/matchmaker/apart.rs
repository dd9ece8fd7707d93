//! Who may not meet whom, and until when.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use domain::{
    Timestamp, UserId,
    pair::{Pair, PairKey},
};
use hashbrown::HashSet;
use rpds::HashTrieMapSync;

type Others = HashTrieMapSync<UserId, Timestamp>;

const FOR_EVER: Timestamp = Timestamp(i64::MAX);

/// Couples that are kept apart, each until then: by the lower id, then by the higher. A clone costs nothing and stays as it is.
#[derive(Debug, Clone)]
pub(super) struct Couples(HashTrieMapSync<UserId, Others>);

impl Couples {
    /// Until when two people are kept apart.
    fn until(&self, pair: PairKey) -> Option<Timestamp> {
        self.0.get(&pair.low)?.get(&pair.high).copied()
    }

    /// The couples among these people, of whom `is_there` knows.
    pub(super) fn among<'a>(
        &self,
        people: impl Iterator<Item = &'a UserId>,
        is_there: impl Fn(&UserId) -> bool,
        now: Timestamp,
    ) -> HashSet<PairKey> {
        let mut apart = HashSet::new();
        if self.0.is_empty() {
            return apart;
        }
        for low in people.copied() {
            let others = self.0.get(&low).into_iter().flatten();
            let now_apart = others.filter(|(high, until)| **until > now && is_there(high));
            apart.extend(now_apart.map(|(high, _)| PairKey { low, high: *high }));
        }
        apart
    }

    fn keep(&mut self, pair: PairKey, until: Timestamp) {
        if let Some(others) = self.0.get_mut(&pair.low) {
            others.insert_mut(pair.high, until);
        } else {
            let others = Others::default().insert(pair.high, until);
            self.0.insert_mut(pair.low, others);
        }
    }

    fn forget(&mut self, pair: PairKey) {
        if let Some(others) = self.0.get_mut(&pair.low) {
            others.remove_mut(&pair.high);
            if others.is_empty() {
                self.0.remove_mut(&pair.low);
            }
        }
    }
}

/// Who is kept apart now, as far as the stream was read.
#[derive(Debug)]
pub(super) struct Apart {
    recent_partner: Duration,
    pub(super) couples: Couples,
    /// When a couple may be forgotten, unless it is kept apart longer by then. Nobody who is kept apart for ever is here.
    ends: BinaryHeap<Reverse<(Timestamp, PairKey)>>,
}

impl Apart {
    /// Nobody yet. Two who met are kept apart for `recent_partner`.
    pub(super) fn new(recent_partner: Duration) -> Self {
        Self {
            recent_partner,
            couples: Couples(HashTrieMapSync::new_sync()),
            ends: BinaryHeap::new(),
        }
    }

    /// Nobody any more.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.recent_partner);
    }

    /// What two people are to each other, as just read.
    pub(super) fn pair_is(&mut self, pair: &Pair, now: Timestamp) {
        let until = apart_until(pair, self.recent_partner);
        if until > now {
            self.set(pair.key, until);
        } else {
            self.couples.forget(pair.key);
        }
    }

    /// Keeps two people apart until then, or for longer where that is known.
    pub(super) fn keep(&mut self, pair: PairKey, until: Timestamp) {
        let known = self.couples.until(pair);
        self.set(pair, known.map_or(until, |known| known.max(until)));
    }

    fn set(&mut self, pair: PairKey, until: Timestamp) {
        self.couples.keep(pair, until);
        if until < FOR_EVER {
            self.ends.push(Reverse((until, pair)));
        }
    }

    /// Whether two people are kept apart.
    pub(super) fn holds(&self, pair: PairKey, now: Timestamp) -> bool {
        self.couples.until(pair).is_some_and(|until| until > now)
    }

    /// Forgets what is over. Costs a step for each couple that it forgets.
    pub(super) fn prune(&mut self, now: Timestamp) {
        while let Some(Reverse((until, pair))) = self.ends.peek().copied()
            && until <= now
        {
            self.ends.pop();
            if !self.holds(pair, now) {
                self.couples.forget(pair);
            }
        }
    }
}

/// Until when two may not meet: for ever where one blocks the other or has reported them, for a while where they met.
pub(super) fn apart_until(pair: &Pair, recent_partner: Duration) -> Timestamp {
    if pair.is_blocked() || pair.is_reported() {
        return FOR_EVER;
    }
    pair.last_met_at
        .map_or(Timestamp(i64::MIN), |met| met.plus(recent_partner))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(low: u128, high: u128) -> PairKey {
        let user = |number| UserId(Uuid::from_u128(number));
        PairKey::of(user(low), user(high)).unwrap()
    }

    #[test]
    fn what_is_over_is_forgotten_and_what_was_prolonged_or_holds_for_ever_stays() {
        let mut apart = Apart::new(Duration::ZERO);
        for high in 1_000..1_100 {
            apart.keep(key(1, high), Timestamp(10));
            apart.keep(key(high, 2_000), Timestamp(10));
        }
        apart.keep(key(1, 1_050), Timestamp(20));
        apart.keep(key(1, 2_000), FOR_EVER);
        apart.keep(key(1, 2_000), Timestamp(15));
        let seen = apart.couples.clone();
        apart.prune(Timestamp(9));
        assert_eq!(apart.couples.0.size(), 101);
        apart.prune(Timestamp(10));
        assert_eq!(
            apart.couples.0.size(),
            1,
            "who has nobody left is forgotten"
        );
        let held = |apart: &Apart| apart.couples.0.values().map(Others::size).sum::<usize>();
        assert_eq!(held(&apart), 2);
        assert!(apart.holds(key(1, 1_050), Timestamp(10)));
        apart.prune(Timestamp(20));
        assert_eq!((held(&apart), apart.ends.len()), (1, 0));
        assert!(apart.holds(key(1, 2_000), Timestamp(20)));
        assert_eq!(seen.0.size(), 101, "whoever looked still sees all");
    }
}
