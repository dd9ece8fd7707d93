//! Messages of rooms that were not kept go some time after the end: out of the broker, the dead letters and SQL.
//!
//! A room is noted in the transaction that stores its end. A reported room is frozen while the report is open.

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::{
    DeadLetter,
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_RECEIPT},
    streams::{CHAT, RECEIPT},
    subjects,
};
use domain::{
    RoomId,
    room::{Phase, Room},
};
use entities::expiry;

use super::{
    dead_letters, in_hand,
    rounds::{self, Left},
};

/// Rooms of one round.
const AT_ONCE: u64 = 100;
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The note of a room that has ended and was not kept; `None` for any other room.
pub(super) fn of(room: &Room) -> Option<expiry::Model> {
    match room.phase {
        Phase::Ended { at, .. } if room.kept_at.is_none() => Some(expiry::Model {
            room_id: room.id.0,
            ended_at: at.0,
            expired_at: None,
            has_remains: true,
        }),
        _ => None,
    }
}

/// Lets go what is due, until shutdown.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    keep: Duration,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let purpose = "the removal of messages whose time is over";
    rounds::until_shutdown(purpose, LOOK_EVERY.min(keep), shutdown, || {
        round(&broker, &database, keep)
    })
    .await
}

async fn round(broker: &Broker, database: &Database, keep: Duration) -> anyhow::Result<Left> {
    let keep_ms = i64::try_from(keep.as_millis())?;
    let until = broker.clock().now().0.saturating_sub(keep_ms);
    let due = expiry::Entity::due(&database.read, until, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(Left::Nothing);
    }
    let rooms: Vec<RoomId> = due.iter().map(|expiry| RoomId(expiry.room_id)).collect();
    for room in &rooms {
        broker.purge(&CHAT, &subjects::chat(*room), 0).await?;
        let receipts = subjects::receipts_of(*room);
        broker.purge(&RECEIPT, &receipts, 0).await?;
    }
    // What persistence has in hand would be stored, or given up to the dead letters, after these were looked at.
    for consumer in [PERSISTENCE_CHAT, PERSISTENCE_RECEIPT] {
        if !in_hand::is_finished(broker, &consumer).await? {
            return Ok(Left::Nothing);
        }
        let goes = |letter: &DeadLetter| room_of(letter).is_some_and(|room| rooms.contains(&room));
        dead_letters::forget(broker, Some(consumer.name), goes).await?;
    }
    let mut expired = 0_u64;
    for room in &rooms {
        let now = broker.clock().now().0;
        let transaction = database.begin_write().await?;
        expired += u64::from(expiry::Entity::carry_out(&transaction, room.0, now).await?);
        transaction.commit().await?;
    }
    metrics::counter!("webchat_expired_rooms_total").increment(expired);
    tracing::info!(
        rooms = expired,
        "the messages of rooms that were not kept are removed"
    );
    Ok(match due.len() as u64 == AT_ONCE {
        true => Left::More,
        false => Left::Nothing,
    })
}

fn room_of(letter: &DeadLetter) -> Option<RoomId> {
    subjects::parse_chat(&letter.subject)
        .or_else(|| Some(subjects::parse_receipt(&letter.subject)?.0))
}
