//! No reading and writing of streams that have lost what SQL has.
//!
//! A broker that comes back without its newest messages would give their sequences to new ones. Persistence makes the
//! streams go on above what SQL has, and puts back the rooms and pairs that they have lost; until then this gateway is not
//! ready and writes nothing. It looks once for each connection, not once a message. What this gateway has seen of `CHAT`
//! counts too ([`Seen`]): acknowledged messages that no database had yet are lost with the stream's end, but clients learn
//! by a new epoch that they have to send them again, also where another gateway has seen less and was faster.

use std::{pin::pin, sync::Arc, time::Duration};

use bootstrap::{
    Database, Shutdown,
    archive::{self, Row},
};
use broker::Broker;
use contract::{
    live::StreamEnd,
    streams::{CHAT, LIFE},
    subjects,
};
use entities::{life_rows, message};
use tokio::time::timeout;

mod seen;

pub use seen::Seen;

const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long SQL may take to say how far it is.
const SQL_LIMIT: Duration = Duration::from_secs(2);

/// How far SQL was at a look. What it has, it keeps: where it is away, this is what the streams must have, and what was heard of it
/// since.
#[derive(Debug, Clone)]
struct Known {
    chat: u64,
    life: u64,
    newest: Vec<Row>,
}

impl Known {
    /// The look may be hours old: persistence has told of later rows.
    fn or_later(self, [chat, life]: [u64; 2]) -> Self {
        Self {
            chat: self.chat.max(chat),
            life: self.life.max(life),
            ..self
        }
    }
}

/// Who looks at the streams of each connection.
struct Lookout {
    /// Reads before anybody has vouched.
    reader: Broker,
    guarded: Broker,
    database: Database,
    seen: Arc<Seen>,
    known: Option<Known>,
}

/// Vouches for each connection of `guarded` whose streams have what SQL has, and what this gateway has seen, until
/// shutdown. `reader` is the same connection without a guard.
pub fn watch(
    reader: Broker,
    guarded: &Broker,
    database: &Database,
    shutdown: &Shutdown,
) -> Arc<Seen> {
    let seen = Arc::new(Seen::nothing(guarded));
    let lookout = Lookout {
        reader,
        guarded: guarded.clone(),
        database: database.clone(),
        seen: Arc::clone(&seen),
        known: None,
    };
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = lookout.follow() => {}
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
            () = stop.requested() => anyhow::bail!("stopped while it waited for the streams to have what SQL has"),
            () = tokio::time::sleep(patience) => {
                tracing::warn!("not serving yet: the streams do not have what SQL has; the persistence worker mends them");
            }
        }
    }
}

impl Lookout {
    async fn follow(mut self) {
        let mut connection = self.guarded.connection();
        loop {
            let established = connection.borrow_and_update().established;
            if !self.guarded.is_vouched() {
                self.vouch(established).await;
                continue;
            }
            if connection.changed().await.is_err() {
                return;
            }
        }
    }

    async fn vouch(&mut self, established: u64) {
        match self.streams_are_whole().await {
            Ok(true) => return self.guarded.vouch(established),
            // The readiness check says so, once.
            Ok(false) => tracing::debug!("the streams do not have what SQL has"),
            Err(error) => tracing::debug!(%error, "what the streams have is not known yet"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }

    async fn streams_are_whole(&mut self) -> anyhow::Result<bool> {
        let known = self.known().await?;
        let chat = self.reader.stream_state(&CHAT).await?;
        let life = self.reader.stream_state(&LIFE).await?;
        if let Some(lost) = self.seen.lost(&self.reader, &chat).await? {
            tell(&self.reader, &lost).await?;
            return Ok(false);
        }
        if chat.last_seq < known.chat || life.last_seq < known.life || !life.put_back {
            return Ok(false);
        }
        // Others may have written on the lost sequences. The newest rows are put back last.
        for row in &known.newest {
            if row.lost(&self.reader, &self.database).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn known(&mut self) -> anyhow::Result<Known> {
        let stored = match timeout(SQL_LIMIT, stored(&self.database)).await {
            Ok(answer) => answer.map_err(anyhow::Error::from),
            Err(late) => Err(late.into()),
        };
        match (stored, &self.known) {
            (Ok(stored), _) => Ok(self.known.insert(stored).clone()),
            (Err(error), Some(known)) => {
                tracing::debug!(%error, "SQL is away; what it had at the last look counts, and what was heard since");
                Ok(known.clone().or_later(self.seen.stored_up_to()))
            }
            (Err(error), None) => Err(error),
        }
    }
}

/// Persistence mends the stream; it may not know what was never stored.
async fn tell(broker: &Broker, lost: &StreamEnd) -> anyhow::Result<()> {
    let body = serde_json::to_vec(lost)?;
    let told = broker.publish_core(subjects::LIVE_ENDS.to_owned(), body);
    Ok(told.await?)
}

async fn stored(database: &Database) -> Result<Known, sea_orm::DbErr> {
    let chat = message::Entity::highest_seq(&database.read).await?;
    let life = life_rows::highest_seq(&database.read).await?;
    Ok(Known {
        chat: chat.unsigned_abs(),
        life: life.unsigned_abs(),
        newest: archive::newest(&database.read).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_sql_that_is_old_is_no_excuse_for_what_was_heard_since() {
        let known = Known {
            chat: 1_000,
            life: 70,
            newest: Vec::new(),
        };
        let later = known.or_later([2_000, 60]);
        assert_eq!((later.chat, later.life), (2_000, 70));
    }
}
