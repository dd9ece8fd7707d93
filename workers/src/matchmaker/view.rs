//! Feeds the view of the queue from the stream, and opens it again when it breaks.

use std::time::Duration;

use broker::ConnectError;
use contract::{
    streams::LIFE,
    subjects::{LIFE_LEASES, LIFE_MODEL, LIFE_PAIRS, LIFE_TICKETS, life_leader},
};
use domain::ticket::DEFAULT_POOL;
use tokio::time::{sleep, timeout};

use super::Matchmaker;

/// The leader's heartbeats come every second, and a new leader within some: a view that is silent for longer is broken.
const LONGEST_SILENCE: Duration = Duration::from_secs(6);
const REOPEN_AFTER: Duration = Duration::from_millis(250);

impl Matchmaker {
    /// Keeps the view current, as leader and as standby; never ends.
    pub(super) async fn keep_view(&self) {
        loop {
            match self.follow().await {
                Ok(()) => tracing::warn!("the view of the queue broke and is opened again"),
                Err(error) => tracing::warn!(%error, "the view of the queue cannot be opened yet"),
            }
            self.pool().broke();
            sleep(REOPEN_AFTER).await;
        }
    }

    /// Feeds the view until it is silent for too long, or the connection was made anew: the server may be another one.
    async fn follow(&self) -> Result<(), ConnectError> {
        let mut connection = self.broker.connection();
        let established = connection.borrow().established;
        let heartbeats = life_leader(DEFAULT_POOL);
        let filters = [
            LIFE_TICKETS,
            LIFE_PAIRS,
            LIFE_LEASES,
            LIFE_MODEL,
            &heartbeats,
        ];
        let mut view = self.broker.follow(&LIFE, &filters).await?;
        self.pool().begin(view.backlog);
        let feed = async {
            while let Ok(Some(record)) = timeout(LONGEST_SILENCE, view.next()).await {
                let now = self.broker.clock().now();
                self.pool().feed(&record, now);
            }
        };
        tokio::select! {
            () = feed => {}
            _ = connection.wait_for(|now| now.established > established) => {}
        }
        Ok(())
    }
}
