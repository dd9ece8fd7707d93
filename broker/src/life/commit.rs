//! Writing events with their expected sequences, and knowing one's own after a lost answer.

use std::time::Duration;

use contract::{Envelope, Unknown, streams::LIFE, subjects};
use domain::{
    pair::Pair,
    room::Room,
    ticket::{Ticket, TicketState},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{Broker, Publish, PublishError, ReadError, life::decode};

/// How long an ended room's last event stays in the stream; SQL keeps it longer.
pub(super) const ENDED_ROOM_TTL: Duration = Duration::from_secs(7 * 86_400);
/// How long a ticket that is out of the queue stays in the stream. Nothing may be behind it then: what was before it would be
/// the subject's last event again, and wait.
const GONE_TICKET_TTL: Duration = Duration::from_secs(3_600);

/// How many events are looked through for one's own. A room has no more in the time that a request may take.
const LOOKED_THROUGH: usize = 64;

/// A new value for a subject, and the sequence that its last event must have; 0: it must have none.
#[derive(Debug, Clone)]
pub enum Write {
    /// A room.
    Room(Box<Room>, u64),
    /// A pair.
    Pair(Box<Pair>, u64),
    /// A ticket.
    Ticket(Box<Ticket>, u64),
    /// One of these, with what a newer release wrote into the subject's last event and this one does not know.
    Keeping(Box<Write>, Unknown),
}

impl Write {
    /// The same, and the last event's unknown fields survive.
    #[must_use]
    pub fn keeping(self, unknown: &Unknown) -> Self {
        if unknown.is_empty() {
            return self;
        }
        Self::Keeping(Box::new(self), unknown.clone())
    }

    fn publish(&self, event_id: Uuid, unknown: &Unknown) -> Result<Publish, PublishError> {
        let (subject, payload, expected, ttl) = match self {
            Self::Keeping(write, unknown) => return write.publish(event_id, unknown),
            Self::Room(room, expected) => (
                subjects::life_room(room.id),
                encode(event_id, room, unknown)?,
                expected,
                room.is_ended().then_some(ENDED_ROOM_TTL),
            ),
            Self::Pair(pair, expected) => (
                subjects::life_pair(pair.key),
                encode(event_id, pair, unknown)?,
                expected,
                None,
            ),
            Self::Ticket(ticket, expected) => (
                subjects::life_ticket(ticket.user_id),
                encode(event_id, ticket, unknown)?,
                expected,
                matches!(ticket.state, TicketState::Gone { .. }).then_some(GONE_TICKET_TTL),
            ),
        };
        let mut publish = Publish::new(subject, payload).expecting_last(*expected);
        publish.ttl = ttl;
        // Only a ticket's last event is ever read, and the earlier ones say what the user has taken back since.
        publish.replaces_earlier = matches!(self, Self::Ticket(..));
        Ok(publish)
    }
}

fn encode<T: Serialize>(
    event_id: Uuid,
    body: &T,
    unknown: &Unknown,
) -> Result<Vec<u8>, PublishError> {
    let encoded = serde_json::to_value(body).and_then(|mut document| {
        unknown.put_back(&mut document);
        serde_json::to_vec(&Envelope::new(event_id, document))
    });
    encoded.map_err(|error| PublishError::Rejected(error.to_string()))
}

impl Broker {
    /// Writes all, or nothing; the answer is the sequence of the last write. Where the broker's answer is lost, the
    /// last subject is read: the event's id tells whether the write is there.
    ///
    /// # Errors
    /// [`PublishError::Conflict`] where any subject changed since it was read; [`PublishError::Ambiguous`] only where
    /// the broker stays away.
    pub async fn commit(&self, writes: &[Write]) -> Result<u64, PublishError> {
        self.commit_as(Uuid::now_v7(), writes).await
    }

    /// The same, with the id by which [`Broker::has_written`] knows these events.
    pub(super) async fn commit_as(
        &self,
        event_id: Uuid,
        writes: &[Write],
    ) -> Result<u64, PublishError> {
        let mut entries = Vec::with_capacity(writes.len());
        for write in writes {
            entries.push(write.publish(event_id, &Unknown::default())?);
        }
        let Some(last_subject) = entries.last().map(|entry| entry.subject.clone()) else {
            return Err(PublishError::Rejected("nothing to write".to_owned()));
        };
        match self.publish_batch(entries).await {
            Ok(ack) => Ok(ack.seq),
            Err(PublishError::Ambiguous) => self.recognise(&last_subject, event_id).await,
            Err(error) => Err(error),
        }
    }

    /// Whether an event with this id stands on the subject after `seq`, be it the last one or not.
    pub(super) async fn has_written(
        &self,
        event_id: Uuid,
        subject: &str,
        seq: u64,
    ) -> Result<bool, ReadError> {
        let since = self.replay(&LIFE, subject, seq + 1, LOOKED_THROUGH).await?;
        let mut read = since.iter().map(decode::<serde_json::Value>);
        Ok(read.any(|event| event.is_ok_and(|event| event.event_id == event_id)))
    }

    async fn recognise(&self, subject: &str, event_id: Uuid) -> Result<u64, PublishError> {
        let Ok(record) = self.last(&LIFE, subject).await else {
            return Err(PublishError::Ambiguous);
        };
        let last = record.as_ref().map(decode::<serde_json::Value>);
        match last {
            Some(Ok(last)) if last.event_id == event_id => Ok(last.seq),
            _ => Err(PublishError::Conflict),
        }
    }
}
