//! The JetStream streams, as data. The broker crate makes the server agree with this list.

use std::time::Duration;

use crate::subjects;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// A copy of each stored message that the server publishes for live listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Republish {
    /// Which stored subjects are copied.
    pub source: &'static str,
    /// Where the copy goes; wildcards as the server defines them.
    pub destination: &'static str,
}

/// What a stream must be. Anything not said is the server's default; storage is always on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSpec {
    /// Its name.
    pub name: &'static str,
    /// What it stores, in a sentence.
    pub description: &'static str,
    /// The subjects that it stores.
    pub subjects: &'static [&'static str],
    /// How long a message stays; `None`: for ever.
    pub max_age: Option<Duration>,
    /// How many messages stay on one subject; `None`: all.
    pub max_per_subject: Option<i64>,
    /// How long a `Nats-Msg-Id` is remembered.
    pub duplicate_window: Duration,
    /// Whether messages may carry their own TTL.
    pub message_ttl: bool,
    /// Whether it takes delayed messages.
    pub schedules: bool,
    /// Whether it takes atomic batches.
    pub atomic_batches: bool,
    /// The live copies.
    pub republish: Option<Republish>,
    /// Whether it carries an epoch, by which clients see that it was made anew or has lost something.
    pub has_epoch: bool,
}

const PLAIN: StreamSpec = StreamSpec {
    name: "",
    description: "",
    subjects: &[],
    max_age: None,
    max_per_subject: None,
    duplicate_window: Duration::from_secs(120),
    message_ttl: false,
    schedules: false,
    atomic_batches: false,
    republish: None,
    has_epoch: false,
};

/// Messages, and nothing else.
pub const CHAT: StreamSpec = StreamSpec {
    name: "CHAT",
    description: "Messages of all rooms",
    subjects: &[subjects::CHAT_ALL, subjects::CHAT_FILLER],
    max_age: Some(DAY.saturating_mul(7)),
    republish: Some(Republish {
        source: subjects::CHAT_ALL,
        destination: "live.{{wildcard(1)}}.{{wildcard(2)}}.msg",
    }),
    has_epoch: true,
    ..PLAIN
};

/// Rooms, timers, tickets, pairs and leases: one stream, because an atomic batch lives in one stream.
pub const LIFE: StreamSpec = StreamSpec {
    name: "LIFE",
    description: "Lifecycle of rooms, tickets and pairs; timers",
    subjects: &[subjects::LIFE_ALL],
    message_ttl: true,
    schedules: true,
    atomic_batches: true,
    republish: Some(Republish {
        source: subjects::LIFE_ROOMS,
        destination: "live.{{wildcard(1)}}.{{wildcard(2)}}.room",
    }),
    has_epoch: true,
    ..PLAIN
};

/// Read positions, the newest of each member only.
pub const RECEIPT: StreamSpec = StreamSpec {
    name: "RECEIPT",
    description: "Read positions",
    subjects: &[subjects::RECEIPT_ALL],
    max_per_subject: Some(1),
    republish: Some(Republish {
        source: subjects::RECEIPT_ALL,
        destination: "live.{{wildcard(1)}}.{{wildcard(2)}}.read",
    }),
    ..PLAIN
};

/// Ended sessions, for as long as an access token of theirs could live.
pub const REVOKED: StreamSpec = StreamSpec {
    name: "REVOKED",
    description: "Ended sessions",
    subjects: &[subjects::REVOKE_ALL],
    max_per_subject: Some(1),
    message_ttl: true,
    republish: Some(Republish {
        source: subjects::REVOKE_ALL,
        destination: "live.revoked.>",
    }),
    ..PLAIN
};

/// The public events, for integrators.
pub const EVENTS: StreamSpec = StreamSpec {
    name: "EVENTS",
    description: "Public events (CloudEvents), ids only",
    subjects: &[subjects::EVENTS_ALL],
    max_age: Some(DAY.saturating_mul(7)),
    duplicate_window: MINUTE.saturating_mul(10),
    ..PLAIN
};

/// What a consumer could not process, with the error.
pub const DLQ: StreamSpec = StreamSpec {
    name: "DLQ",
    description: "Poison messages with their error",
    subjects: &[subjects::DLQ_ALL],
    max_age: Some(DAY.saturating_mul(30)),
    ..PLAIN
};

/// The epochs of `CHAT` and `LIFE` after a loss, and what was lost: one value each.
pub const EPOCHS: StreamSpec = StreamSpec {
    name: "EPOCHS",
    description: "What the other streams have lost",
    subjects: &[subjects::EPOCH_ALL],
    max_per_subject: Some(1),
    ..PLAIN
};

/// All streams. The first one says what others have lost, and is read with their state: where it is missing, it is missed under its
/// own name.
pub static ALL: [StreamSpec; 7] = [EPOCHS, CHAT, LIFE, RECEIPT, REVOKED, EVENTS, DLQ];

/// The stream that stores a subject, if one does.
pub fn of(subject: &str) -> Option<&'static StreamSpec> {
    fn root(subject: &str) -> &str {
        subject.split('.').next().unwrap_or(subject)
    }
    let stores = |stream: &&StreamSpec| {
        let mut subjects = stream.subjects.iter();
        subjects.any(|stored| root(stored) == root(subject))
    };
    ALL.iter().find(stores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_is_stored_by_its_stream_and_live_ones_by_none() {
        let stored = |subject: &str| of(subject).map(|stream| stream.name);
        assert_eq!(stored("chat.3.room"), Some("CHAT"));
        assert_eq!(stored("life.ticket.user"), Some("LIFE"));
        assert_eq!(stored("webchat.v1.evt.room.1.ended"), Some("EVENTS"));
        assert_eq!(stored(&subjects::epoch(LIFE.name)), Some("EPOCHS"));
        assert_eq!(stored("live.3.room.rt"), None);
    }
}
