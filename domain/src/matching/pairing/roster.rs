//! A pool of people, packed for many comparisons.

use std::borrow::Borrow;

use hashbrown::HashSet;

use super::{
    Candidate, Described,
    options::Names,
    person::{Packed, Person},
};
use crate::{Timestamp, UserId};

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
    pub fn of<F: Described, C: Borrow<Candidate<F>>>(candidates: &[C]) -> Self {
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
            let features = &candidate.features;
            let packed = features.packed().and_then(Packed::anywhere);
            let person = packed.unwrap_or_else(|| Person::of(features.features(), &mut names));
            roster.people.push(person);
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
    #[inline]
    pub fn source(&self, rank: u32) -> usize {
        self.sources[rank as usize] as usize
    }

    /// For how many seconds the person of this rank has waited.
    pub fn waited_secs(&self, rank: u32, now: Timestamp) -> f32 {
        now.since(self.joined_at[rank as usize]).as_secs_f32()
    }
}
