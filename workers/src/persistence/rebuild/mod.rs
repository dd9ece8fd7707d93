//! The rows that the streams tell of, made anew.
//!
//! Each page of a stream is one transaction: what stands in the place of its rows goes ([`entities::make_way`]), and the
//! lane's own [`Projection::store`](super::lane::Projection::store) writes them again. Nothing is told and nothing is acknowledged. Only what persistence has
//! acknowledged is touched, so it may run beside everything else; what dies half-way is finished by the next run, as a
//! row shows its old state or its new one and never one in between. Rows of which the stream has nothing stay: it lets
//! go of old messages, and may have lost some.

mod life;
mod remake;
mod walk;

use bootstrap::{Database, Shutdown};
use broker::{Broker, ReadError};
use contract::streams::{CHAT, LIFE};
use entities::{life_rows, message};
use sea_orm::DbErr;
use thiserror::Error;

use super::{Projections, backoff::Stopped, events::Refusals};
use walk::Walk;

/// What is made anew at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Messages, and the last message of each room in the lists.
    Messages,
    /// Rooms, their members and recorded events, and pairs.
    Rooms,
    /// Read positions.
    ReadPositions,
}

impl Part {
    /// All parts, in their order: rooms show the last of their messages.
    pub const ALL: [Self; 3] = [Self::Messages, Self::Rooms, Self::ReadPositions];
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remade {
    /// The name of the stream.
    pub stream: &'static str,
    /// The first sequence that the stream retains.
    pub first: u64,
    /// The last one that persistence has stored and acknowledged.
    pub until: u64,
    /// How many events were projected again.
    pub events: u64,
    /// How many nobody can read; they are dead letters.
    pub unreadable: u64,
    /// How many the database refuses.
    pub refused: u64,
}

/// Why a part was not made anew to its end. What was done stays done, and repeating it is harmless.
#[derive(Debug, Error)]
pub enum RebuildError {
    /// SQL has what the streams have lost.
    #[error(
        "a stream ends before SQL does: start persistence, which makes the streams go on above SQL, and try again"
    )]
    StreamsEndBeforeSql,
    /// The broker failed.
    #[error("the broker does not answer; try again: {0}")]
    Broker(#[from] ReadError),
    /// The database failed.
    #[error("the database does not answer; try again: {0}")]
    Database(#[from] DbErr),
    /// Stopping was asked for.
    #[error("it was interrupted; try again")]
    Interrupted,
}

impl From<Stopped> for RebuildError {
    fn from(_: Stopped) -> Self {
        Self::Interrupted
    }
}

/// Makes anew, from what their streams retain, the rows that persistence has stored. Older rows stay, and so does every
/// row of which the stream has nothing. What was removed on purpose does not come back: not what was said in expired rooms,
/// nothing of deleted users, nor what was taken out of the streams.
///
/// # Errors
/// [`RebuildError`].
pub async fn rebuild(
    broker: &Broker,
    database: &Database,
    part: Part,
    shutdown: &Shutdown,
) -> Result<Remade, RebuildError> {
    // A server that comes back with older streams is not read any more.
    let broker = broker.clone().guarded();
    let established = broker.connection().borrow().established;
    streams_reach_as_far_as_sql(&broker, database).await?;
    broker.vouch(established);
    // Nothing is told, so nothing of it is refused.
    let refusals = Refusals::Buried;
    let projections = Projections::new(&broker, database, shutdown, &refusals);
    let walk = Walk {
        broker: &broker,
        database,
        shutdown,
    };
    match part {
        Part::Messages => walk.through(&projections.messages).await,
        Part::Rooms => walk.through(&projections.rooms).await,
        Part::ReadPositions => walk.through(&projections.receipts).await,
    }
}

/// Else rows would be taken for older than they are, or for wrong.
async fn streams_reach_as_far_as_sql(
    broker: &Broker,
    database: &Database,
) -> Result<(), RebuildError> {
    let messages = message::Entity::highest_seq(&database.read).await?;
    let shown = life_rows::highest_seq(&database.read).await?;
    let chat = broker.stream_state(&CHAT).await?;
    let life = broker.stream_state(&LIFE).await?;
    let whole = chat.last_seq >= messages.unsigned_abs()
        && life.last_seq >= shown.unsigned_abs()
        && life.put_back;
    whole.then_some(()).ok_or(RebuildError::StreamsEndBeforeSql)
}
