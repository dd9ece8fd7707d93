//! How far persistence is.

use std::{sync::Arc, time::Duration};

use bootstrap::Shutdown;
use broker::{Broker, ReadError};
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_CHAT, PERSISTENCE_LIFE},
    live::StoredFloor,
    streams::{CHAT, LIFE},
    subjects,
};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

/// A lost announcement is healed this soon.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// How long the first reader after a start waits for the first reading.
const FIRST_READING: Duration = Duration::from_secs(2);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Lower bounds of what the database has of each stream. They come from persistence's announcements, and are read
/// again every two seconds and after each new connection.
#[derive(Debug)]
pub struct Floors {
    chat: watch::Sender<u64>,
    life: watch::Sender<u64>,
    read_once: watch::Sender<bool>,
}

impl Floors {
    /// Follows the floors until shutdown.
    pub fn start(broker: &Broker, shutdown: &Shutdown) -> Arc<Self> {
        let floors = Arc::new(Self {
            chat: watch::Sender::new(0),
            life: watch::Sender::new(0),
            read_once: watch::Sender::new(false),
        });
        let (follower, broker, shutdown) = (Arc::clone(&floors), broker.clone(), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = follower.follow(&broker) => (),
                () = shutdown.requested() => (),
            }
        });
        floors
    }

    /// The database has every message with a stream sequence up to this one.
    pub fn chat(&self) -> u64 {
        *self.chat.borrow()
    }

    /// The database has every room and pair with a stream sequence up to this one.
    pub fn life(&self) -> u64 {
        *self.life.borrow()
    }

    /// The messages' floor, to be watched.
    pub fn watch_chat(&self) -> watch::Receiver<u64> {
        self.chat.subscribe()
    }

    /// Waits until the room and pair events up to `seq` are in the database; `false` where that takes longer than
    /// `up_to`.
    pub async fn wait_life(&self, seq: u64, up_to: Duration) -> bool {
        let mut life = self.life.subscribe();
        timeout(up_to, life.wait_for(|floor| *floor >= seq))
            .await
            .is_ok_and(|waited| waited.is_ok())
    }

    /// Waits until the floors were read once. Before that they are 0: true, but no help.
    ///
    /// # Errors
    /// The broker does not answer.
    pub async fn known(&self) -> Result<(), ReadError> {
        let mut read_once = self.read_once.subscribe();
        match timeout(FIRST_READING, read_once.wait_for(|read| *read)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(ReadError::Unavailable(
                "it is not known yet how far persistence is".to_owned(),
            )),
        }
    }

    async fn follow(&self, broker: &Broker) {
        loop {
            if let Err(error) = self.listen(broker).await {
                tracing::debug!(%error, "persistence's announcements are not heard now");
            }
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
        }
    }

    async fn listen(&self, broker: &Broker) -> Result<(), ReadError> {
        let mut announcements = broker.subscribe(subjects::LIVE_STORED.to_owned()).await?;
        let mut connection = broker.connection();
        let mut poll = interval(POLL_EVERY);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                announced = announcements.next() => match announced {
                    Some(announced) => self.take(&announced.payload),
                    None => return Ok(()),
                },
                Ok(()) = connection.changed() => poll.reset_immediately(),
                _ = poll.tick() => self.read(broker).await,
            }
        }
    }

    fn take(&self, payload: &[u8]) {
        match serde_json::from_slice::<StoredFloor>(payload) {
            Ok(stored) if stored.stream == CHAT.name => raise(&self.chat, stored.floor),
            Ok(stored) if stored.stream == LIFE.name => raise(&self.life, stored.floor),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "an announcement of persistence is not understood");
            }
        }
    }

    async fn read(&self, broker: &Broker) {
        let chat = self.read_one(broker, &PERSISTENCE_CHAT, &self.chat).await;
        let life = self.read_one(broker, &PERSISTENCE_LIFE, &self.life).await;
        match chat.and(life) {
            Ok(()) => {
                self.read_once.send_replace(true);
            }
            Err(error) => tracing::debug!(%error, "how far persistence is could not be read"),
        }
    }

    /// A consumer that does not exist yet has stored nothing. One that is behind what was known before it was asked is
    /// of another stream, made anew or set back: of that one, only its own floor is true.
    async fn read_one(
        &self,
        broker: &Broker,
        consumer: &ConsumerSpec,
        floor: &watch::Sender<u64>,
    ) -> Result<(), ReadError> {
        let known = *floor.borrow();
        match broker.floor_of(consumer).await? {
            behind if behind < known => {
                tracing::warn!(
                    consumer = consumer.name,
                    known,
                    behind,
                    "persistence is behind what was known"
                );
                floor.send_replace(behind);
            }
            read => raise(floor, read),
        }
        Ok(())
    }
}

/// What the database has, it keeps: while the stream is the same one, a floor never falls.
fn raise(floor: &watch::Sender<u64>, to: u64) {
    floor.send_if_modified(|now| {
        let higher = to > *now;
        *now = to.max(*now);
        higher
    });
}
