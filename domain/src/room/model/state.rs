//! All that there is at one moment, and what a writer does with it.

use std::{
    collections::BTreeSet,
    hash::{Hash, Hasher},
};

use super::{
    wish::{Wish, named},
    *,
};

/// The subject, the timers, and what each writer has in hand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Everything {
    pub(super) now: i64,
    /// The room's events; the last one is its state.
    pub(super) events: Vec<Room>,
    /// How many of them a countdown worker has set the timer of.
    pub(super) unscheduled: BTreeSet<usize>,
    /// Timers that the broker has, and those that have fired: these may be delivered again and again.
    pub(super) timers: BTreeSet<(i64, u32)>,
    pub(super) fired: BTreeSet<(i64, u32)>,
    pub(super) writers: [Option<InHand>; 4],
    pub(super) wishes: [BTreeSet<Wish>; 2],
}

impl Eq for Everything {}

impl Hash for Everything {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.now.hash(state);
        for room in &self.events {
            hash_room(room, state);
        }
        self.unscheduled.hash(state);
        (&self.timers, &self.fired, &self.wishes).hash(state);
        for writer in &self.writers {
            let hand = writer.map(|hand| (named(hand.input), hand.read, hand.at));
            hand.hash(state);
        }
    }
}

/// Everything that differs between the rooms of this model.
fn hash_room<H: Hasher>(room: &Room, state: &mut H) {
    room.phase.state().name().hash(state);
    room.deadline()
        .map(|deadline| (deadline.at.0, deadline.revision))
        .hash(state);
    for seat in &room.seats {
        let keeps = seat.vote.map(|vote| vote == Vote::Keep);
        (seat.present, keeps, seat.extensions).hash(state);
    }
    if let Phase::Ended { at, reason, by } = room.phase {
        let by_timer = (reason == Reason::NotKept, reason == Reason::NoShow);
        (at.0, by_timer, by).hash(state);
    }
}

/// A writer between its reading and its writing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct InHand {
    pub(super) input: Input,
    /// How many events there were when it read.
    pub(super) read: usize,
    /// The time at which it decided.
    pub(super) at: i64,
}

impl Everything {
    pub(super) fn room(&self) -> &Room {
        &self.events[self.events.len() - 1]
    }

    pub(super) fn take(&mut self, writer: usize, input: Input, at: i64) {
        self.writers[writer] = Some(InHand {
            input,
            read: self.events.len(),
            at,
        });
    }

    /// What a writer would write, by what it has read.
    pub(super) fn decided(&self, hand: InHand) -> Option<Room> {
        let read = &self.events[hand.read - 1];
        match read.apply(hand.input, Timestamp(BORN.0 + hand.at)) {
            Ok(Transition::Changed { room, .. }) => Some(*room),
            Ok(Transition::Unchanged) | Err(_) => None,
        }
    }

    /// Whether the write succeeded or was not needed; otherwise somebody was faster, and the writer has read again.
    pub(super) fn write(&mut self, writer: usize) -> bool {
        let Some(hand) = self.writers[writer] else {
            return true;
        };
        let Some(next) = self.decided(hand) else {
            self.writers[writer] = None;
            return true;
        };
        if hand.read != self.events.len() {
            self.take(writer, hand.input, hand.at.max(self.now));
            return false;
        }
        self.events.push(next);
        self.unscheduled.insert(self.events.len() - 1);
        self.writers[writer] = None;
        true
    }
}
