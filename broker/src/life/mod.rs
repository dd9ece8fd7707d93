//! Rooms, pairs and tickets: read from the leader, changed by compare-and-set, together where they belong together.

mod archived;
mod change_pair;
mod change_room;
mod commit;
mod open_room;

use std::collections::HashSet;

use contract::{Envelope, EnvelopeError, Unknown, streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    pair::{Pair, PairKey},
    room::Room,
    ticket::Ticket,
};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;
use uuid::Uuid;

pub use archived::Standing;
pub use change_pair::PairChange;
pub use change_room::RoomChange;
pub use commit::Write;
pub use open_room::Opened;

use commit::ENDED_ROOM_TTL;

use crate::{Broker, PublishError, ReadError, Record, read::NEWEST};

/// A value and the sequence of the event that holds it: what a compare-and-set compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// The event's sequence; 0 where there is no event yet.
    pub seq: u64,
    /// The event's id; nil where there is no event yet.
    pub event_id: Uuid,
    /// What a newer release wrote into the event beside the value.
    pub unknown: Unknown,
}

impl Versioned<Room> {
    /// The write of what the room becomes, if nobody was faster.
    pub fn becomes(&self, next: Room) -> Write {
        Write::Room(Box::new(next), self.seq).keeping(&self.unknown)
    }
}

impl Versioned<Pair> {
    /// The write of what the pair becomes, if nobody was faster.
    pub fn becomes(&self, next: Pair) -> Write {
        Write::Pair(Box::new(next), self.seq).keeping(&self.unknown)
    }
}

impl Versioned<Ticket> {
    /// The write of what the ticket becomes, if nobody was faster.
    pub fn becomes(&self, next: Ticket) -> Write {
        Write::Ticket(Box::new(next), self.seq).keeping(&self.unknown)
    }
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
/// [`ReadError::Malformed`], [`ReadError::Newer`].
pub fn decode<T: DeserializeOwned + Serialize>(record: &Record) -> Result<Versioned<T>, ReadError> {
    let read = Envelope::<T>::open(&record.payload).and_then(|event| {
        let unknown = Unknown::of(&event.document, &event.body)?;
        Ok((event, unknown))
    });
    let what = || record.subject.clone();
    let (event, unknown) = read.map_err(|error| match error {
        EnvelopeError::Newer { .. } => ReadError::Newer {
            what: what(),
            error: error.to_string(),
        },
        EnvelopeError::Body(error) => ReadError::Malformed {
            what: what(),
            reason: error.to_string(),
        },
    })?;
    Ok(Versioned {
        value: event.body,
        seq: record.seq,
        event_id: event.event_id,
        unknown,
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
            unknown: Unknown::default(),
        }))
    }

    /// A user's ticket; `None` where the user never joined.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn ticket(&self, user: UserId) -> Result<Option<Versioned<Ticket>>, ReadError> {
        self.last_life(&subjects::life_ticket(user)).await
    }

    /// Who of these users, at most 1,024, waits, found by one request that any replica may answer. One that lags behind leaves
    /// out who has just come and names who has just been matched: [`Broker::ticket`] knows better.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn who_waits(&self, users: &[UserId]) -> Result<HashSet<UserId>, ReadError> {
        let subjects: Vec<String> = users
            .iter()
            .map(|user| subjects::life_ticket(*user))
            .collect();
        let records = self.last_of_each(&LIFE, &subjects, NEWEST).await?;
        // One that cannot be read is looked at by itself, and told then.
        let tickets = records
            .iter()
            .filter_map(|record| decode::<Ticket>(record).ok());
        let waiting = tickets.filter(|ticket| ticket.value.is_waiting());
        Ok(waiting.map(|ticket| ticket.value.user_id).collect())
    }

    async fn last_life<T: DeserializeOwned + Serialize>(
        &self,
        subject: &str,
    ) -> Result<Option<Versioned<T>>, ReadError> {
        let record = self.last(&LIFE, subject).await?;
        record.as_ref().map(decode).transpose()
    }
}
