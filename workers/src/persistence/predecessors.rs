//! The room one revision before an event: what the event is compared with.
//!
//! It is in the same batch, or recorded in SQL by an earlier one, or, where another worker has it in hand at this
//! moment, still in the stream: a room's earlier events are purged only when all of them are stored and acknowledged.

use std::collections::{HashMap, HashSet};

use bootstrap::Shutdown;
use broker::Broker;
use contract::{streams::LIFE, subjects};
use domain::{RoomId, room::Room};
use entities::room_event;
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    backoff::{Backoff, Stopped},
    decode::{Event, from_envelope, sql_seq},
    rooms::{Life, rooms_in},
};

/// A room at one of its revisions.
pub(super) type Revision = (RoomId, u32);

/// The rooms that are at hand, by revision.
#[derive(Debug)]
pub(super) struct Predecessors<'a> {
    in_batch: HashMap<Revision, &'a Room>,
    recorded: HashMap<Revision, Room>,
}

impl<'a> Predecessors<'a> {
    /// Those in the batch itself, and those that SQL had recorded.
    pub(super) fn of(batch: &'a [Event<Life>], recorded: HashMap<Revision, Room>) -> Self {
        let in_batch = rooms_in(batch)
            .map(|(_, room)| ((room.id, room.revision), room))
            .collect();
        Self { in_batch, recorded }
    }

    /// The room before this revision of it; `None` for a new room, or one that even the stream does not have.
    pub(super) async fn before(
        &self,
        broker: &Broker,
        seq: u64,
        room: &Room,
        shutdown: &Shutdown,
    ) -> Result<Option<Room>, Stopped> {
        if room.revision <= 1 {
            return Ok(None);
        }
        let key = (room.id, room.revision - 1);
        let at_hand = self
            .in_batch
            .get(&key)
            .copied()
            .or_else(|| self.recorded.get(&key));
        match at_hand {
            Some(before) => Ok(Some(before.clone())),
            None => from_stream(broker, seq, room, shutdown).await,
        }
    }
}

/// What SQL has recorded of the rooms of a batch.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// The rooms one revision before the batch.
    pub before: HashMap<Revision, Room>,
    /// Events of the batch, by sequence, that repeat one which was recorded under another sequence: put back after the
    /// stream had lost it. What it means was told then.
    pub repeated: HashSet<u64>,
}

/// Reads what SQL has recorded of the rooms of a batch.
pub(super) async fn recorded<C: ConnectionTrait>(
    db: &C,
    batch: &[Event<Life>],
) -> Result<Recorded, DbErr> {
    let in_batch: HashMap<Revision, u64> = rooms_in(batch)
        .map(|(event, room)| ((room.id, room.revision), event.seq))
        .collect();
    let own = in_batch.keys().copied();
    let earlier = in_batch.keys().map(|(id, revision)| (*id, *revision - 1));
    let mut keys: Vec<_> = own
        .chain(earlier)
        .filter(|(_, revision)| *revision > 0)
        .map(|(id, revision)| (id.0, i64::from(revision)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut recorded = Recorded::default();
    for model in room_event::Entity::at(db, &keys).await? {
        let life_seq = model.life_seq;
        let Some((revision, room)) = understood(model) else {
            continue;
        };
        match in_batch.get(&revision) {
            Some(seq) if sql_seq(*seq) != life_seq => drop(recorded.repeated.insert(*seq)),
            Some(_) => {}
            None => drop(recorded.before.insert(revision, room)),
        }
    }
    Ok(recorded)
}

fn understood(recorded: room_event::Model) -> Option<(Revision, Room)> {
    match serde_json::from_value::<Room>(recorded.document) {
        Ok(room) => Some(((room.id, room.revision), room)),
        Err(error) => {
            tracing::warn!(room_id = %recorded.room_id, revision = recorded.revision, %error, "a recorded event cannot be read; the stream is asked");
            None
        }
    }
}

async fn from_stream(
    broker: &Broker,
    seq: u64,
    room: &Room,
    shutdown: &Shutdown,
) -> Result<Option<Room>, Stopped> {
    let subject = subjects::life_room(room.id);
    let mut backoff = Backoff::new();
    let record = loop {
        match broker.last_before(&LIFE, &subject, seq).await {
            Ok(record) => break record,
            Err(error) => {
                tracing::warn!(%subject, seq, %error, "the event before cannot be read yet");
                backoff.wait(shutdown).await?;
            }
        }
    };
    let read = record.and_then(|record| from_envelope::<Room>(&record.payload).ok());
    let before = read.map(|(before, _)| before);
    let before = before.filter(|before| before.revision + 1 == room.revision);
    if before.is_none() {
        tracing::warn!(%subject, seq, "the event before is nowhere; the room is looked at alone");
    }
    Ok(before)
}
