//! Rooms, pairs and tickets: read from the leader, changed by compare-and-set, together where they belong together.

mod change_pair;
mod change_room;
mod commit;
mod open_room;

use contract::{Envelope, streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    pair::{Pair, PairKey},
    room::Room,
    ticket::Ticket,
};
use serde::de::DeserializeOwned;
use thiserror::Error;
use uuid::Uuid;

pub use change_pair::PairChange;
pub use change_room::RoomChange;
pub use commit::Write;
pub use open_room::Opened;

use crate::{Broker, PublishError, ReadError, Record};

/// A value and the sequence of the event that holds it: what a compare-and-set compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// The event's sequence; 0 where there is no event yet.
    pub seq: u64,
    /// The event's id; nil where there is no event yet.
    pub event_id: Uuid,
}

/// Why a change did not happen.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// There is no such room in the stream.
    #[error("there is no such room")]
    NoSuchRoom,
    /// The room's state does not allow it.
    #[error(transparent)]
    Refused(#[from] domain::room::Refused),
    /// The pair's state does not allow it.
    #[error(transparent)]
    PairRefused(#[from] domain::pair::Refused),
    /// Others were first, again and again.
    #[error("others changed the same thing at the same time, again and again")]
    Contended,
    /// The broker failed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The broker failed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Reads an event of `LIFE`: its body, its sequence, its id.
///
/// # Errors
/// [`ReadError::Malformed`].
pub fn decode<T: DeserializeOwned>(record: &Record) -> Result<Versioned<T>, ReadError> {
    let envelope: Envelope<T> =
        serde_json::from_slice(&record.payload).map_err(|error| ReadError::Malformed {
            what: record.subject.clone(),
            reason: error.to_string(),
        })?;
    Ok(Versioned {
        value: envelope.body,
        seq: record.seq,
        event_id: envelope.event_id,
    })
}

impl Broker {
    /// A room's state; `None` where the stream has none (it never was, or ended long ago and lives in SQL only).
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn room(&self, id: RoomId) -> Result<Option<Versioned<Room>>, ReadError> {
        self.last_life(&subjects::life_room(id)).await
    }

    /// A pair's state; strangers where nothing happened between them.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn pair(&self, key: PairKey) -> Result<Versioned<Pair>, ReadError> {
        let found = self.last_life(&subjects::life_pair(key)).await?;
        Ok(found.unwrap_or_else(|| Versioned {
            value: Pair::strangers(key),
            seq: 0,
            event_id: Uuid::nil(),
        }))
    }

    /// A user's ticket; `None` where the user never joined.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn ticket(&self, user: UserId) -> Result<Option<Versioned<Ticket>>, ReadError> {
        self.last_life(&subjects::life_ticket(user)).await
    }

    async fn last_life<T: DeserializeOwned>(
        &self,
        subject: &str,
    ) -> Result<Option<Versioned<T>>, ReadError> {
        let record = self.last(&LIFE, subject).await?;
        record.as_ref().map(decode).transpose()
    }
}
