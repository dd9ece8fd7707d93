//! What people did and saw, in the order in which it happened.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{
    ClientId, RoomId, Timestamp, UserId,
    room::{Outcome, RoomState, Vote},
};
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use crate::machine_clock::now;

/// A message, as far as its place and its words matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Placed {
    pub seq: u64,
    pub prev_seq: u64,
    pub client_id: ClientId,
    pub sender: UserId,
    /// The text, which is the sender's name for the message.
    pub says: ClientId,
}

/// One call of a person, or one thing that came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Event {
    /// A message went out; `again`: not for the first time.
    Sent { client_id: ClientId, again: bool },
    /// It was acknowledged, on the socket or over HTTP.
    Acked {
        client_id: ClientId,
        seq: u64,
        over_http: bool,
    },
    /// It was refused with this code.
    Refused { code: String },
    /// A listener's socket opened.
    Hello {
        after: u64,
        known: Option<Uuid>,
        epoch: Uuid,
        recovered: bool,
    },
    /// A listener heard a message.
    Heard(Placed),
    /// A listener was told to read again, and did.
    ReadAgain(Vec<Placed>),
    /// Somebody joined the queue; the status of the answer, if one came.
    Joined { answered: Option<u16> },
    /// A ticket named this room.
    Matched,
    /// Somebody voted.
    Voted { vote: Vote, answered: Option<u16> },
    /// Somebody left the room.
    Left { answered: Option<u16> },
    /// Somebody blocked somebody.
    Blocked {
        other: UserId,
        answered: Option<u16>,
    },
    /// A room's status was seen.
    Status {
        state: RoomState,
        outcome: Option<Outcome>,
    },
    /// An answer that no fault explains.
    Strange(String),
}

/// An event, of whom, in which room, and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    pub at: Duration,
    pub user: UserId,
    pub room: RoomId,
    pub event: Event,
}

/// All entries of a run. Clones write into the same one.
#[derive(Debug, Clone)]
pub struct Ledger {
    begun: Instant,
    /// The same moment by the wall clock, which is the broker's too on one machine.
    pub begun_at: Timestamp,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Ledger {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            begun_at: now(),
            entries: Arc::default(),
        }
    }

    /// Writes an entry.
    pub fn write(&self, user: UserId, room: RoomId, event: Event) {
        let at = self.begun.elapsed();
        let entry = Entry {
            at,
            user,
            room,
            event,
        };
        self.entries.lock().expect("a whole ledger").push(entry);
    }

    /// Everything so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().expect("a whole ledger").clone()
    }

    /// Writes it into a file, a line an entry.
    pub fn save(&self, path: &Path) {
        let file = File::create(path).expect("a file for the ledger");
        let mut file = BufWriter::new(file);
        for entry in self.entries() {
            let line = serde_json::to_string(&entry).expect("an entry is JSON");
            writeln!(file, "{line}").expect("the ledger can be written");
        }
    }
}
