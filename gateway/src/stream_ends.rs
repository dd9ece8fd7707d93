//! No writing into streams that end before SQL does.
//!
//! A broker that comes back without its newest messages would give their sequences to new ones. Persistence makes the
//! streams go on above what SQL has; until then this gateway is not ready and writes nothing. It looks once for each
//! connection, not once a message. What this gateway has seen of `CHAT` counts too: acknowledged messages that no database
//! had yet are lost with the stream's end, but their sequences are not given to others, and clients learn by the new epoch
//! that they have to send them again.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::{
    live::StreamEnd,
    streams::{CHAT, LIFE},
    subjects,
};
use entities::{message, pair, room};
use tokio::time::timeout;

const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long SQL may take to say how far it is.
const SQL_LIMIT: Duration = Duration::from_secs(2);

/// How far SQL was at a look. What it has, it keeps: where it is away, this is what the streams must have.
#[derive(Debug, Clone, Copy)]
struct Known {
    chat: u64,
    life: u64,
}

/// The highest sequence of `CHAT` that this gateway was told of: by an ack, or by a live copy. SQL may not have it yet.
#[derive(Debug, Default)]
pub struct Seen(AtomicU64);

impl Seen {
    /// The stream has a message with this sequence.
    pub fn message(&self, seq: u64) {
        self.0.fetch_max(seq, Ordering::Relaxed);
    }

    fn end(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Vouches for each connection whose streams reach as far as SQL, and as far as this gateway has seen, until shutdown.
pub fn watch(broker: &Broker, database: &Database, shutdown: &Shutdown) -> Arc<Seen> {
    let (broker, database, shutdown) = (broker.clone(), database.clone(), shutdown.clone());
    let seen = Arc::new(Seen::default());
    let known = Arc::clone(&seen);
    tokio::spawn(async move {
        tokio::select! {
            () = follow(&broker, &database, &known) => {}
            () = shutdown.requested() => {}
        }
    });
    seen
}

/// Waits for the first connection to be vouched for, and says after `patience` what it waits for. A gateway that starts while
/// the streams are being mended is not ready until they are.
///
/// # Errors
/// It was asked to stop meanwhile.
pub async fn first(broker: &Broker, patience: Duration, stop: &Shutdown) -> anyhow::Result<()> {
    let mut vouched = broker.vouched();
    let mut checked = pin!(vouched.wait_for(|connection| *connection > 0));
    loop {
        tokio::select! {
            _connection = &mut checked => return Ok(()),
            () = stop.requested() => anyhow::bail!("stopped while it waited for the streams to reach as far as SQL"),
            () = tokio::time::sleep(patience) => {
                tracing::warn!("not serving yet: the streams end before SQL does; the persistence worker makes them go on");
            }
        }
    }
}

async fn follow(broker: &Broker, database: &Database, seen: &Seen) {
    let mut connection = broker.connection();
    let mut known = None;
    loop {
        let established = connection.borrow_and_update().established;
        if !broker.is_vouched() {
            vouch(broker, database, seen, established, &mut known).await;
            continue;
        }
        if connection.changed().await.is_err() {
            return;
        }
    }
}

async fn vouch(
    broker: &Broker,
    database: &Database,
    seen: &Seen,
    established: u64,
    known: &mut Option<Known>,
) {
    match reach_as_far(broker, database, seen, known).await {
        Ok(true) => return broker.vouch(established),
        // The readiness check says so, once.
        Ok(false) => tracing::debug!("the streams end before SQL does"),
        Err(error) => tracing::debug!(%error, "how far the streams reach is not known yet"),
    }
    tokio::time::sleep(LOOK_AGAIN).await;
}

async fn reach_as_far(
    broker: &Broker,
    database: &Database,
    seen: &Seen,
    known: &mut Option<Known>,
) -> anyhow::Result<bool> {
    let stored = match timeout(SQL_LIMIT, stored(database)).await {
        Ok(answer) => answer.map_err(anyhow::Error::from),
        Err(late) => Err(late.into()),
    };
    let Known {
        chat: messages,
        life: events,
    } = match (stored, *known) {
        (Ok(stored), _) => *known.insert(stored),
        (Err(error), Some(known)) => {
            tracing::debug!(%error, "SQL is away; what it had at the last look counts");
            known
        }
        (Err(error), None) => return Err(error),
    };
    let chat = broker.stream_state(&CHAT).await?.last_seq;
    let life = broker.stream_state(&LIFE).await?;
    if chat < seen.end() {
        tell_end(broker, seen.end()).await?;
        return Ok(false);
    }
    Ok(chat >= messages && life.last_seq >= events && life.put_back)
}

/// Persistence moves the stream on; it may not know what was never stored.
async fn tell_end(broker: &Broker, seq: u64) -> anyhow::Result<()> {
    let end = StreamEnd {
        stream: CHAT.name.to_owned(),
        seq,
    };
    let body = serde_json::to_vec(&end)?;
    let told = broker.publish_core(subjects::LIVE_ENDS.to_owned(), body);
    Ok(told.await?)
}

async fn stored(database: &Database) -> Result<Known, sea_orm::DbErr> {
    let chat = message::Entity::highest_seq(&database.read).await?;
    let rooms = room::Entity::highest_life_seq(&database.read).await?;
    let pairs = pair::Entity::highest_life_seq(&database.read).await?;
    Ok(Known {
        chat: chat.unsigned_abs(),
        life: rooms.max(pairs).unsigned_abs(),
    })
}
