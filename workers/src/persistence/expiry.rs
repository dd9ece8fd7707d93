//! Messages of rooms that were not kept go some time after the end: out of the broker, the dead letters and SQL.
//!
//! A room is noted in the transaction that stores its end. Each step may be repeated, and the note goes last; so a
//! worker that dies in between leaves the rest to the next one, and two workers do no harm.

use std::time::Duration;

use anyhow::Context;
use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::{
    consumers::PERSISTENCE_CHAT,
    streams::{CHAT, DLQ, RECEIPT},
    subjects,
};
use domain::{
    RoomId,
    room::{Phase, Room},
};
use entities::expiry;

/// Rooms of one round.
const AT_ONCE: u64 = 100;
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long a round waits for the batches that workers have in hand.
const HANDS_EMPTY_TRIES: u32 = 50;
const HANDS_EMPTY_PAUSE: Duration = Duration::from_millis(200);
/// Dead letters that are read at once.
const LETTERS: usize = 100;

/// The note of a room that has ended and was not kept; `None` for any other room.
pub(super) fn of(room: &Room) -> Option<expiry::Model> {
    match room.phase {
        Phase::Ended { at, .. } if room.kept_at.is_none() => Some(expiry::Model {
            room_id: room.id.0,
            ended_at: at.0,
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
    let look_every = LOOK_EVERY.min(keep);
    while !shutdown.is_requested() {
        let more = match round(&broker, &database, keep).await {
            Ok(expired) => expired == AT_ONCE,
            Err(error) => {
                tracing::warn!(%error, "messages whose time is over could not be removed yet");
                false
            }
        };
        let pause = if more { Duration::ZERO } else { look_every };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => {}
        }
    }
    Ok(())
}

/// Says how many rooms it has let go.
async fn round(broker: &Broker, database: &Database, keep: Duration) -> anyhow::Result<u64> {
    let keep_ms = i64::try_from(keep.as_millis())?;
    let until = broker.clock().now().0.saturating_sub(keep_ms);
    let due = expiry::Entity::due(&database.read, until, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let rooms: Vec<RoomId> = due.iter().map(|expiry| RoomId(expiry.room_id)).collect();
    for room in &rooms {
        broker.purge(&CHAT, &subjects::chat(*room), 0).await?;
        let receipts = subjects::receipts_of(*room);
        broker.purge(&RECEIPT, &receipts, 0).await?;
    }
    // What persistence has still in hand would come back into SQL after its removal.
    if !nothing_in_hand(broker).await? {
        return Ok(0);
    }
    forget_dead_letters(broker, &rooms).await?;
    for room in &rooms {
        let transaction = database.begin_write().await?;
        expiry::Entity::carry_out(&transaction, room.0).await?;
        transaction.commit().await?;
    }
    let count = u64::try_from(rooms.len())?;
    metrics::counter!("webchat_expired_rooms_total").increment(count);
    tracing::info!(
        rooms = count,
        "the messages of rooms that were not kept are removed"
    );
    Ok(count)
}

/// Whether everything that the stream had is out of the workers' hands; waits for it a while.
async fn nothing_in_hand(broker: &Broker) -> anyhow::Result<bool> {
    let last = broker.stream_state(&CHAT).await?.last_seq;
    for _ in 0..HANDS_EMPTY_TRIES {
        let state = broker.consumer_state(&PERSISTENCE_CHAT).await?;
        let state = state.context("persistence has no consumer")?;
        let idle = state.pending == 0 && state.unacknowledged == 0;
        if idle || state.floor >= last {
            return Ok(true);
        }
        tokio::time::sleep(HANDS_EMPTY_PAUSE).await;
    }
    Ok(false)
}

async fn forget_dead_letters(broker: &Broker, rooms: &[RoomId]) -> anyhow::Result<()> {
    let of_chat = Some(PERSISTENCE_CHAT.name);
    let mut from = 1;
    loop {
        let page = broker.dead_letters(of_chat, from, LETTERS).await?;
        let Some(last) = page.last().map(|buried| buried.seq) else {
            return Ok(());
        };
        from = last + 1;
        for buried in page {
            let subject = buried.letter.map(|letter| letter.subject);
            let room = subject
                .ok()
                .and_then(|subject| subjects::parse_chat(&subject));
            if room.is_some_and(|room| rooms.contains(&room)) {
                broker.delete_message(&DLQ, buried.seq).await?;
            }
        }
    }
}
