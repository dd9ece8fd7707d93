//! Whether the streams take messages.
//!
//! A nats-server whose disk is full goes on answering reads, and leaves publishes without an answer; after a failed write
//! a stream takes nothing until the server is started again, also when there is space. So whoever publishes remembers
//! which stream was silent, and tries it with a message that nobody needs until it answers.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::{
    streams::{self, CHAT, LIFE},
    subjects::{CHAT_FILLER, LIFE_FILLER},
};

use crate::{Broker, Publish};

/// How long a stream may take to answer a trial.
const TRIAL_WITHIN: Duration = Duration::from_secs(1);
/// How long a trial stays in a stream that forgets nothing by itself.
const TRIAL_TTL: Duration = Duration::from_secs(60);

/// A stream that takes no messages though the broker is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    /// The stream.
    pub stream: &'static str,
    /// Since when.
    pub since: Instant,
    reason: String,
    established: u64,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, reason, .. } = self;
        write!(
            f,
            "the stream {stream} takes no messages ({reason}): is the broker's disk full? See its log; after a failed write it must be started again"
        )
    }
}

/// What the last publishes to each stream have shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writes(Arc<Mutex<BTreeMap<&'static str, Unwritable>>>);

impl Writes {
    fn streams(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Unwritable>> {
        // The map is whole between any two statements.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Broker {
    /// The stream that has taken no messages for the longest time on this connection.
    pub fn unwritable(&self) -> Option<Unwritable> {
        let connection = *self.connection().borrow();
        let mut streams = self.writes.streams();
        streams.retain(|_, silent| silent.established == connection.established);
        streams.values().min_by_key(|silent| silent.since).cloned()
    }

    /// Tries a stream that took no messages, so that it is known when it does again.
    pub async fn try_unwritable(&self) {
        let Some(silent) = self.unwritable() else {
            return;
        };
        let trial = match silent.stream {
            name if name == CHAT.name => Publish::new(CHAT_FILLER.to_owned(), ""),
            name if name == LIFE.name => Publish::new(LIFE_FILLER.to_owned(), "").ttl(TRIAL_TTL),
            // Its next message will show.
            _ => return,
        };
        let trial = self.publish(trial);
        if let Ok(Err(error)) = tokio::time::timeout(TRIAL_WITHIN, trial).await {
            tracing::debug!(stream = silent.stream, %error, "a stream still takes no messages");
        }
    }

    pub(crate) fn was_taken(&self, subject: &str) {
        if let Some(stream) = streams::of(subject)
            && self.writes.streams().remove(stream.name).is_some()
        {
            tracing::info!(stream = stream.name, "the stream takes messages again");
        }
    }

    pub(crate) fn was_not_taken(&self, subject: &str, reason: &str) {
        let connection = *self.connection().borrow();
        let Some(stream) = streams::of(subject).filter(|_| connection.connected) else {
            return;
        };
        let mut known = self.writes.streams();
        let silent = known.get(stream.name);
        if silent.is_none_or(|silent| silent.established != connection.established) {
            tracing::error!(stream = stream.name, reason, "a stream takes no messages");
            let silent = Unwritable {
                stream: stream.name,
                since: Instant::now(),
                reason: reason.to_owned(),
                established: connection.established,
            };
            known.insert(stream.name, silent);
        }
    }
}
