//! What SQL shows of `LIFE`, beside the stream itself.
//!
//! Where the broker comes back with an older copy of its files, SQL has rows whose events are gone. Persistence puts them
//! back, and nobody is served before.

use broker::{
    Broker, Record,
    life::{Standing, Versioned, decode},
};
use contract::{Unknown, subjects};
use domain::{UserId, pair::Pair, room::Room};
use entities::{life_rows, pair, room, room_event, user};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::Database;

/// A room or a pair as SQL shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Archived {
    /// A room.
    Room(Box<Room>),
    /// A pair.
    Pair(Box<Pair>),
}

/// A row, and the sequence of the event that it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The event's sequence in `LIFE`.
    pub seq: u64,
    /// What the event said.
    pub archived: Archived,
    /// What a newer release said in it beside that.
    pub unknown: Unknown,
}

/// What stands in the place of a lost row: an older state, what became of one, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Lost {
    /// Of a room.
    Room(Box<Room>, Option<Versioned<Room>>),
    /// Of a pair.
    Pair(Box<Pair>, Option<Versioned<Pair>>),
}

/// The newest room and the newest pair that SQL shows. Persistence puts them back last.
///
/// # Errors
/// The database is away.
pub async fn newest<C: ConnectionTrait>(db: &C) -> Result<Vec<Row>, DbErr> {
    let rooms = life_rows::up_to::<room::Entity, _>(db, i64::MAX, 1).await?;
    let pairs = life_rows::up_to::<pair::Entity, _>(db, i64::MAX, 1).await?;
    let rooms = rooms.iter().filter_map(Row::of_room);
    Ok(rooms.chain(pairs.iter().filter_map(Row::of_pair)).collect())
}

impl Row {
    /// A row of the rooms; `None` where this release cannot read it.
    pub fn of_room(row: &room::Model) -> Option<Self> {
        let (room, unknown) = understood(&row.document)?;
        Some(Self {
            seq: row.life_seq.unsigned_abs(),
            archived: Archived::Room(room),
            unknown,
        })
    }

    /// A row of the pairs; `None` where this release cannot read it.
    pub fn of_pair(row: &pair::Model) -> Option<Self> {
        let (pair, unknown) = understood(&row.document)?;
        Some(Self {
            seq: row.life_seq.unsigned_abs(),
            archived: Archived::Pair(pair),
            unknown,
        })
    }

    /// Where its events are in the stream.
    pub fn subject(&self) -> String {
        match &self.archived {
            Archived::Room(room) => subjects::life_room(room.id),
            Archived::Pair(pair) => subjects::life_pair(pair.key),
        }
    }

    /// Whether this is its very event.
    pub fn is_shown_by(&self, event: &Record) -> bool {
        event.seq == self.seq
            && match &self.archived {
                Archived::Room(room) => decode(event)
                    .is_ok_and(|event: Versioned<Room>| event.value.is_archived_as(room)),
                Archived::Pair(pair) => decode(event)
                    .is_ok_and(|event: Versioned<Pair>| event.value.is_archived_as(pair)),
            }
    }

    /// What the stream has in its place, if it has lost it. What was removed on purpose is not lost, nor what SQL shows a
    /// later event of by now.
    ///
    /// # Errors
    /// The broker or the database is away.
    pub async fn lost(&self, broker: &Broker, database: &Database) -> anyhow::Result<Option<Lost>> {
        let lost = match &self.archived {
            Archived::Room(room) => match broker.standing_of_room(room, self.seq).await? {
                Standing::Whole => return Ok(None),
                Standing::Absent => Lost::Room(room.clone(), None),
                Standing::Replaced(current) | Standing::Contradicted(current)
                    if is_recorded(database, room).await? =>
                {
                    Lost::Room(room.clone(), Some(current))
                }
                Standing::Replaced(_) | Standing::Contradicted(_) => return Ok(None),
            },
            Archived::Pair(pair) => match broker.standing_of_pair(pair, self.seq).await? {
                Standing::Whole | Standing::Contradicted(_) => return Ok(None),
                Standing::Absent => Lost::Pair(pair.clone(), None),
                Standing::Replaced(current) => Lost::Pair(pair.clone(), Some(current)),
            },
        };
        let may_be_removed = match &lost {
            Lost::Room(room, None) if room.is_ended() => Some(room.members),
            Lost::Pair(pair, None) => Some(pair.key.members()),
            Lost::Room(..) | Lost::Pair(..) => None,
        };
        match may_be_removed {
            Some(members) if any_is_deleted(database, members).await? => Ok(None),
            _ if !self.is_still_shown(database).await? => Ok(None),
            _ => Ok(Some(lost)),
        }
    }

    /// Whether SQL shows this event still. Read after the stream: where that has a later event in its place and no longer
    /// the way there, SQL shows it, as the past of a decided room is purged only when it is stored.
    async fn is_still_shown(&self, database: &Database) -> Result<bool, DbErr> {
        let db = &database.read;
        let shown = match &self.archived {
            Archived::Room(room) => life_rows::seq_of_room(db, room.id.0).await?,
            Archived::Pair(pair) => {
                life_rows::seq_of_pair(db, pair.key.low.0, pair.key.high.0).await?
            }
        };
        Ok(shown.is_some_and(|seq| seq.unsigned_abs() == self.seq))
    }
}

/// Whether the record of the room's life says the same as its row. A damaged row is not written over its event: that is
/// for `webchat rebuild`, the other way round. Of a room without a record its row alone is known.
async fn is_recorded(database: &Database, room: &Room) -> Result<bool, DbErr> {
    let key = (room.id.0, i64::from(room.revision));
    let recorded = room_event::Entity::at(&database.read, &[key]).await?;
    let agrees = |event: &room_event::Model| {
        Room::deserialize(&event.document).is_ok_and(|event| event.is_archived_as(room))
    };
    Ok(recorded.iter().all(agrees))
}

/// The events of deleted users are taken out of the stream.
async fn any_is_deleted(database: &Database, members: [UserId; 2]) -> Result<bool, DbErr> {
    let members = members.map(|member| member.0);
    let accounts = user::Entity::find_all(&members).all(&database.read).await?;
    Ok(accounts.iter().any(|account| account.deleted_at.is_some()))
}

fn understood<T: DeserializeOwned + Serialize>(document: &Value) -> Option<(Box<T>, Unknown)> {
    let read = T::deserialize(document).and_then(|value| {
        let unknown = Unknown::of(document, &value)?;
        Ok((Box::new(value), unknown))
    });
    match read {
        Ok(read) => Some(read),
        Err(error) => {
            tracing::warn!(%error, "a row cannot be compared with its stream");
            None
        }
    }
}
