//! No writing into streams that end before SQL does.
//!
//! A broker that comes back without its newest messages would give their sequences to new ones. Persistence makes the
//! streams go on above what SQL has; until then this gateway is not ready and writes nothing. It looks once for each
//! connection, not once a message.

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::streams::{CHAT, LIFE};
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

/// Vouches for each connection whose streams reach as far as SQL, until shutdown.
pub fn watch(broker: &Broker, database: &Database, shutdown: &Shutdown) {
    let (broker, database, shutdown) = (broker.clone(), database.clone(), shutdown.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = follow(&broker, &database) => {}
            () = shutdown.requested() => {}
        }
    });
}

/// Waits for the first connection to be vouched for. A gateway that starts while the streams are being mended says by its
/// readiness that it waits.
pub async fn first(broker: &Broker, up_to: Duration) {
    let mut vouched = broker.vouched();
    if timeout(up_to, vouched.wait_for(|connection| *connection > 0))
        .await
        .is_err()
    {
        tracing::warn!("serving, although the streams end before SQL does");
    }
}

async fn follow(broker: &Broker, database: &Database) {
    let mut connection = broker.connection();
    let mut known = None;
    loop {
        let established = connection.borrow_and_update().established;
        if !broker.is_vouched() {
            vouch(broker, database, established, &mut known).await;
            continue;
        }
        if connection.changed().await.is_err() {
            return;
        }
    }
}

async fn vouch(broker: &Broker, database: &Database, established: u64, known: &mut Option<Known>) {
    match reach_as_far(broker, database, known).await {
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
    Ok(chat >= messages && life.last_seq >= events && life.put_back)
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
