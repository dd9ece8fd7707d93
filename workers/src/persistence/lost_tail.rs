//! What the database has of a stream that has lost it.
//!
//! A power cut, or an older copy of the broker's files, can take the newest messages from the broker that the database
//! has already. New ones would then get the same sequences. `CHAT` and `LIFE` are made to go on above whatever they are
//! known to have had, and the rooms and pairs of the lost part are put back into `LIFE` ([`super::put_back`]). This is
//! done for each connection to the broker, before anything of it is stored; gateways write nothing until it is done.
//! Gateways say what they have seen of `CHAT` beyond that.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::{
    consumers::{COUNTDOWN_DUE, COUNTDOWN_ROOMS, ConsumerSpec, PERSISTENCE_CHAT, PERSISTENCE_LIFE},
    streams::{CHAT, LIFE, StreamSpec},
    subjects::{CHAT_FILLER, LIFE_FILLER},
};
use entities::{life_rows, message};
use tokio::{
    sync::{RwLock, watch},
    time::{sleep, timeout},
};

use super::{
    backoff::{Backoff, Stopped},
    gone,
    hold::Hold,
    provided, put_back,
};

const PROVIDE_AGAIN: Duration = Duration::from_secs(2);
/// A look waits for what is being stored for so long at a time.
const STORED_WITHIN: Duration = Duration::from_secs(2);

/// Up to which connection the streams were looked at.
#[derive(Debug, Clone)]
pub(super) struct Mended {
    broker: Broker,
    up_to: watch::Sender<u64>,
    /// Held for reading while a batch is stored, for writing while the streams are looked at.
    storing: Arc<RwLock<()>>,
}

impl Mended {
    /// Looks at the streams of the present connection.
    ///
    /// # Errors
    /// The database or the broker is away, or refuses.
    pub(super) async fn start(broker: &Broker, database: &Database) -> anyhow::Result<Self> {
        let mended = Self {
            broker: broker.clone(),
            up_to: watch::Sender::new(0),
            storing: Arc::default(),
        };
        let established = broker.connection().borrow().established;
        mend(broker, database).await?;
        mended.up_to.send_replace(established);
        Ok(mended)
    }

    /// Waits for a connection whose streams were looked at, and keeps the next look waiting.
    pub(super) async fn hold(&self) -> Hold {
        let mut connected = self.broker.connection();
        let mut up_to = self.up_to.subscribe();
        loop {
            // It fails at the end of the process alone, which whoever holds a batch hears of.
            let _ = connected.wait_for(|connection| connection.connected).await;
            let storing = Arc::clone(&self.storing).read_owned().await;
            let connection = self.broker.connection().borrow().established;
            if *up_to.borrow_and_update() >= connection {
                return Hold::new(&self.broker, connection, storing);
            }
            drop(storing);
            // The sender is this value's own.
            let _ = up_to.wait_for(|up_to| *up_to >= connection).await;
        }
    }

    /// Looks at the streams of each new connection until shutdown.
    pub(super) async fn keep(self, database: Database, shutdown: Shutdown) -> anyhow::Result<()> {
        let mut connection = self.broker.connection();
        let mut complete_on = *self.up_to.borrow();
        loop {
            let established = connection.borrow_and_update().established;
            if established > *self.up_to.borrow() {
                match self.try_until_mended(&database, &shutdown).await {
                    Ok(()) => drop(self.up_to.send_replace(established)),
                    Err(Stopped) => return Ok(()),
                }
            }
            if established > complete_on {
                match provided::all(&self.broker).await {
                    Ok(()) => complete_on = established,
                    Err(error) => tracing::warn!(%error, "some streams may not be there yet"),
                }
            }
            tokio::select! {
                changed = connection.changed() => if changed.is_err() { return Ok(()) },
                () = sleep(PROVIDE_AGAIN), if established > complete_on => {}
                () = shutdown.requested() => return Ok(()),
            }
        }
    }

    async fn try_until_mended(
        &self,
        database: &Database,
        shutdown: &Shutdown,
    ) -> Result<(), Stopped> {
        let mut backoff = Backoff::new();
        while let Err(error) = self.mend_alone(database).await {
            tracing::warn!(%error, "whether the streams are whole is not known yet");
            // One that is not there cannot be looked at. Where the broker is away, the next look says so again.
            if let Err(error) = self.broker.ensure_streams().await {
                tracing::debug!(%error, "nor are all streams known to be there");
            }
            backoff.wait(shutdown).await?;
        }
        Ok(())
    }

    /// What is being stored is stored first, so that it counts. It may itself wait for a stream that is not there.
    async fn mend_alone(&self, database: &Database) -> anyhow::Result<()> {
        let alone = timeout(STORED_WITHIN, self.storing.write()).await;
        let _alone = alone.context("what is being stored takes long")?;
        mend(&self.broker, database).await
    }
}

pub(super) fn lost(stream: &StreamSpec, known: u64) {
    metrics::counter!("webchat_lost_tails_total", "stream" => stream.name).increment(1);
    tracing::error!(
        stream = stream.name,
        known,
        "the stream had lost its end; it goes on above it"
    );
}

async fn mend(broker: &Broker, database: &Database) -> anyhow::Result<()> {
    let messages = message::Entity::highest_seq(&database.read).await?;
    go_past(
        broker,
        database,
        (&CHAT, CHAT_FILLER),
        messages.unsigned_abs(),
    )
    .await?;
    // Gateways write nothing below what SQL has; what a consumer was given beyond that, they do not know.
    move_on(broker, database, (&CHAT, CHAT_FILLER), &[PERSISTENCE_CHAT]).await?;

    let shown = life_rows::highest_seq(&database.read).await?;
    go_past(broker, database, (&LIFE, LIFE_FILLER), shown.unsigned_abs()).await?;
    let readers = [PERSISTENCE_LIFE, COUNTDOWN_ROOMS, COUNTDOWN_DUE];
    move_on(broker, database, (&LIFE, LIFE_FILLER), &readers).await?;
    put_back::lost_events(broker, database).await
}

async fn go_past(
    broker: &Broker,
    database: &Database,
    (stream, filler): (&StreamSpec, &str),
    stored: u64,
) -> anyhow::Result<()> {
    note_a_loss(broker, database, stream, stored).await?;
    if broker.go_past(stream, stored, filler).await? {
        lost(stream, stored);
    }
    Ok(())
}

/// Before it is mended: a worker that dies in between has it noted.
async fn note_a_loss(
    broker: &Broker,
    database: &Database,
    stream: &StreamSpec,
    known: u64,
) -> anyhow::Result<()> {
    if broker.stream_state(stream).await?.last_seq < known {
        gone::note_all_again(database, broker.clock().now()).await?;
    }
    Ok(())
}

/// A consumer that is ahead of its stream would not see what comes next.
async fn move_on(
    broker: &Broker,
    database: &Database,
    (stream, filler): (&StreamSpec, &str),
    consumers: &[ConsumerSpec],
) -> anyhow::Result<()> {
    let mut delivered = 0;
    for consumer in consumers {
        let state = broker.consumer_state(consumer).await?;
        delivered = delivered.max(state.map_or(0, |state| state.delivered));
    }
    note_a_loss(broker, database, stream, delivered).await?;
    if broker.move_on(stream, delivered, filler).await? {
        lost(stream, delivered);
    }
    Ok(())
}
