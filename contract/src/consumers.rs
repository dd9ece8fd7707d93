//! The durable consumers, as data: which worker reads what, and under which policy.

use std::time::Duration;

use crate::{
    streams::{CHAT, EVENTS, LIFE, RECEIPT, StreamSpec},
    subjects,
};

/// A durable pull consumer with explicit acks. Any number of processes may share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerSpec {
    /// Its durable name; also the last part of its DLQ subject.
    pub name: &'static str,
    /// The stream that it reads.
    pub stream: StreamSpec,
    /// The subjects that it reads.
    pub filters: &'static [&'static str],
    /// How long a message may be worked on before another worker gets it.
    pub ack_wait: Duration,
    /// How many messages may be out unacknowledged before delivery pauses.
    pub max_ack_pending: i64,
}

/// Messages into SQL.
pub const PERSISTENCE_CHAT: ConsumerSpec = ConsumerSpec {
    name: "persistence-chat",
    stream: CHAT,
    filters: &[subjects::CHAT_ALL],
    ack_wait: Duration::from_secs(10),
    max_ack_pending: 20_000,
};

/// Rooms and pairs into SQL.
pub const PERSISTENCE_LIFE: ConsumerSpec = ConsumerSpec {
    name: "persistence-life",
    stream: LIFE,
    filters: &[subjects::LIFE_ROOMS, subjects::LIFE_PAIRS],
    ack_wait: Duration::from_secs(10),
    max_ack_pending: 20_000,
};

/// Read positions into SQL.
pub const PERSISTENCE_RECEIPT: ConsumerSpec = ConsumerSpec {
    name: "persistence-receipt",
    stream: RECEIPT,
    filters: &[subjects::RECEIPT_ALL],
    ack_wait: Duration::from_secs(10),
    max_ack_pending: 20_000,
};

/// Every room event whose deadline needs a timer. The short ack wait bounds how late a timer is when a worker dies
/// between an event and its schedule. A timer is never given up: what fails here is the broker, and it comes back.
pub const COUNTDOWN_ROOMS: ConsumerSpec = ConsumerSpec {
    name: "countdown-rooms",
    stream: LIFE,
    filters: &[subjects::LIFE_ROOMS],
    ack_wait: Duration::from_secs(2),
    max_ack_pending: 5_000,
};

/// Every timer that fired.
pub const COUNTDOWN_DUE: ConsumerSpec = ConsumerSpec {
    name: "countdown-due",
    stream: LIFE,
    filters: &[subjects::LIFE_DUE],
    ack_wait: Duration::from_secs(2),
    max_ack_pending: 5_000,
};

/// The integrator's own place in the public events. The integrator may read it and not make it, as a consumer could be
/// made to publish where it likes.
pub const INTEGRATOR: ConsumerSpec = ConsumerSpec {
    name: "integrator",
    stream: EVENTS,
    filters: &[subjects::EVENTS_ALL],
    ack_wait: Duration::from_secs(30),
    max_ack_pending: 1_000,
};

/// The workers' consumers: what waits for one of them waits for WebChat itself.
pub const OF_WORKERS: [ConsumerSpec; 5] = [
    PERSISTENCE_CHAT,
    PERSISTENCE_LIFE,
    PERSISTENCE_RECEIPT,
    COUNTDOWN_ROOMS,
    COUNTDOWN_DUE,
];
