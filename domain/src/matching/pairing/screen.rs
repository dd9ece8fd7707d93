//! The only way to a pair: through the hard filters.

use super::{Roster, person::Person};
use crate::UserId;

/// Two people whom the hard filters let meet, by rank, the longer waiting first.
///
/// Only a [`Screen`] makes one, and only pairs of this type are scored, proposed or counted: there is no way around the
/// filters that compiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pairable {
    one: u32,
    other: u32,
}

impl Pairable {
    /// The rank of the one who has waited longer.
    pub fn one(self) -> u32 {
        self.one
    }

    /// The rank of the other.
    pub fn other(self) -> u32 {
        self.other
    }

    /// The two ranks, the longer waiting first.
    pub fn ranks(self) -> [u32; 2] {
        [self.one, self.other]
    }
}

/// The hard filters over one roster: the wishes of both, a common language, minors apart from adults, and what the caller forbids of a pair
/// (a block, a report, a recent meeting).
#[derive(Debug)]
pub struct Screen<'a, F> {
    roster: &'a Roster,
    forbidden: F,
}

impl<'a, F: Fn(UserId, UserId) -> bool> Screen<'a, F> {
    /// Filters over a roster; `forbidden` says the same for `(a, b)` and `(b, a)`.
    pub fn new(roster: &'a Roster, forbidden: F) -> Self {
        Self { roster, forbidden }
    }

    /// The people that it lets through or keeps apart.
    pub fn roster(&self) -> &'a Roster {
        self.roster
    }

    /// The pair, where the two may meet.
    pub fn pairable(&self, a: u32, b: u32) -> Option<Pairable> {
        let known = |rank: u32| (rank, &self.roster.people[rank as usize]);
        self.pairable_as(known(a), known(b))
    }

    /// The same, given what the roster knows of both: whoever has it at hand spares two reads from far memory.
    #[inline]
    pub(super) fn pairable_as(
        &self,
        (a, of_a): (u32, &Person),
        (b, of_b): (u32, &Person),
    ) -> Option<Pairable> {
        debug_assert_eq!(
            [of_a, of_b],
            [a, b].map(|rank| &self.roster.people[rank as usize])
        );
        if a == b || !of_a.may_meet(of_b) {
            return None;
        }
        let (one, other) = (a.min(b), a.max(b));
        let user = |rank: u32| self.roster.users[rank as usize];
        (!(self.forbidden)(user(one), user(other))).then_some(Pairable { one, other })
    }
}
