//! One of those who wait.

use broker::life::Write;
use contract::Unknown;
use domain::{
    matching::{Described, Features, Packed},
    ticket::{Ticket, TicketState},
};

/// A waiting ticket and the sequence of its event: what a claim expects.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Waiting {
    pub(in super::super) ticket: Ticket,
    pub(in super::super) seq: u64,
    /// Fields of a newer release.
    unknown: Unknown,
    /// What the ticket says of the person, with the age of now.
    packed: Packed,
}

impl Waiting {
    pub(super) fn new(ticket: Ticket, seq: u64, unknown: Unknown) -> Self {
        Self {
            packed: Packed::of(&ticket.features),
            ticket,
            seq,
            unknown,
        }
    }

    /// To this age.
    pub(super) fn grows(&mut self, age: u8) {
        self.ticket.features.age = age;
        self.packed = Packed::of(&self.ticket.features);
    }

    /// The write of the ticket in another state, if nobody was faster.
    pub(in super::super) fn moved_to(&self, state: TicketState) -> Write {
        Write::Ticket(Box::new(self.ticket.moved_to(state)), self.seq).keeping(&self.unknown)
    }
}

impl Described for Waiting {
    fn features(&self) -> &Features {
        &self.ticket.features
    }

    fn packed(&self) -> Option<&Packed> {
        Some(&self.packed)
    }
}
