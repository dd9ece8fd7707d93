//! The messages that were sent on one socket.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use contract::message::StoredMessage;
use domain::{ClientId, MessageId, Timestamp};

/// How many of its own messages a socket is known by.
const REMEMBERED: usize = 512;

/// Where the stream has a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its place in the order.
    pub seq: u64,
    /// The message's id.
    pub id: MessageId,
    /// When it was sent.
    pub sent_at: Timestamp,
}

impl Place {
    /// The place of a message that the stream has told of.
    pub fn of(seq: u64, stored: &StoredMessage) -> Self {
        Self {
            seq,
            id: stored.id,
            sent_at: stored.sent_at,
        }
    }
}

/// The client's names of the messages that were sent on one socket: it gets an `ack` for them and no `message`.
#[derive(Debug, Default)]
pub(super) struct SentHere(Mutex<VecDeque<(ClientId, Option<Place>)>>);

impl SentHere {
    /// Remembers a message; the oldest is forgotten.
    pub fn remember(&self, client_id: ClientId) {
        let mut known = self.known();
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back((client_id, None));
    }

    /// The stream has this message. Whether its ack stands for it on this socket.
    pub fn is_stored(&self, client_id: ClientId, place: Place) -> bool {
        let mut sent_here = false;
        for (id, known) in self.known().iter_mut() {
            if *id == client_id {
                *known = Some(place);
                sent_here = true;
            }
        }
        sent_here
    }

    /// Forgets a message whose sending failed. Where the stream has told of it meanwhile, it has not failed, and was not
    /// shown here: this is its place, for the ack.
    pub fn forget(&self, client_id: ClientId) -> Option<Place> {
        let mut known = self.known();
        let place = known
            .iter()
            .find_map(|(id, place)| place.filter(|_| *id == client_id));
        if place.is_none() {
            known.retain(|(id, _)| *id != client_id);
        }
        place
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<(ClientId, Option<Place>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
