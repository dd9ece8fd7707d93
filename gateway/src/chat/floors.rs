//! How far persistence is.

use std::{sync::Arc, time::Duration};

use bootstrap::Shutdown;
use broker::{Broker, Floor, ReadError, Subscription};
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

use super::known::Known;
use crate::stream_ends::Seen;

/// A lost announcement is healed this soon.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// How long a reader waits for the first reading on a new connection.
const FIRST_READING: Duration = Duration::from_secs(2);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Lower bounds of what the database has of each stream. They come from persistence's announcements, and are read
/// every two seconds, and first of all on each connection that was vouched for: what was known of the one before says
/// nothing of the streams that are there now.
#[derive(Debug)]
pub struct Floors {
    broker: Broker,
    seen: Arc<Seen>,
    chat: watch::Sender<Known>,
    life: watch::Sender<Known>,
}

impl Floors {
    /// Follows the floors until shutdown.
    pub fn start(broker: &Broker, seen: &Arc<Seen>, shutdown: &Shutdown) -> Arc<Self> {
        let floors = Arc::new(Self {
            broker: broker.clone(),
            seen: Arc::clone(seen),
            chat: watch::Sender::default(),
            life: watch::Sender::default(),
        });
        let (follower, shutdown) = (Arc::clone(&floors), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = follower.follow() => (),
                () = shutdown.requested() => (),
            }
        });
        floors
    }

    /// What is known of the messages, be it of the present connection or of the one before.
    pub fn chat(&self) -> Known {
        *self.chat.borrow()
    }

    /// The same, to be watched.
    pub fn watch_chat(&self) -> watch::Receiver<Known> {
        self.chat.subscribe()
    }

    /// Waits until the room and pair events up to `seq` are in the database; `false` where that takes longer than
    /// `up_to`.
    pub async fn wait_life(&self, seq: u64, up_to: Duration) -> bool {
        let mut life = self.life.subscribe();
        let is_stored = |life: &Known| self.is_current(life) && life.floor >= seq;
        timeout(up_to, life.wait_for(is_stored))
            .await
            .is_ok_and(|waited| waited.is_ok())
    }

    /// What is known of the messages on the present connection, once it was read there.
    ///
    /// # Errors
    /// The broker does not answer.
    pub async fn known(&self) -> Result<Known, ReadError> {
        let mut chat = self.chat.subscribe();
        let known = timeout(FIRST_READING, chat.wait_for(|known| self.is_current(known)));
        match known.await {
            Ok(Ok(known)) => Ok(*known),
            _ => Err(ReadError::Unavailable(
                "it is not known yet how far persistence is".to_owned(),
            )),
        }
    }

    /// Whether this was read on the present connection. What is read from a stream goes together with what was known
    /// before, if this is still so afterwards.
    pub fn is_current(&self, known: &Known) -> bool {
        self.broker.connection().borrow().established == known.connection
    }

    async fn follow(&self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::debug!(%error, "persistence's announcements are not heard now");
            }
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
        }
    }

    async fn listen(&self) -> Result<(), ReadError> {
        let live = subjects::LIVE_STORED.to_owned();
        let mut announcements: Subscription = self.broker.subscribe(live).await?;
        let mut vouched = self.broker.vouched();
        let mut poll = interval(POLL_EVERY);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                announced = announcements.next() => match announced {
                    Some(announced) => if !self.take(&announced.payload) {
                        poll.reset_immediately();
                    },
                    None => return Ok(()),
                },
                Ok(()) = vouched.changed() => poll.reset_immediately(),
                _ = poll.tick() => self.read().await,
            }
        }
    }

    /// `false` where the floors have to be read: what was announced is of another time of the stream than what is known.
    fn take(&self, payload: &[u8]) -> bool {
        let announced = match serde_json::from_slice::<StoredFloor>(payload) {
            Ok(announced) => announced,
            Err(error) => {
                tracing::warn!(%error, "an announcement of persistence is not understood");
                return true;
            }
        };
        let floor = match &announced.stream {
            stream if stream == CHAT.name => &self.chat,
            stream if stream == LIFE.name => &self.life,
            _ => return true,
        };
        let fits = {
            let known = floor.borrow();
            known.epoch == announced.epoch && self.is_current(&known)
        };
        if fits {
            self.seen.stored(&announced.stream, announced.floor);
            floor.send_if_modified(|known| known.raise(announced.floor));
        }
        fits
    }

    /// Reads the floors, where somebody has vouched for the streams.
    async fn read(&self) {
        let connection = self.broker.connection().borrow().established;
        if !self.broker.is_vouched() {
            return;
        }
        for (consumer, floor) in [
            (&PERSISTENCE_CHAT, &self.chat),
            (&PERSISTENCE_LIFE, &self.life),
        ] {
            let known = *floor.borrow();
            match self.broker.floor_of(consumer).await {
                Ok(read) => self.take_reading(consumer, floor, known, of(connection, read)),
                Err(error) => {
                    tracing::debug!(%error, "how far persistence is could not be read");
                }
            }
        }
    }

    /// One that is behind what was known before it was asked for is of another consumer, made anew or set back: of that one, only
    /// its own floor is true.
    fn take_reading(
        &self,
        consumer: &ConsumerSpec,
        floor: &watch::Sender<Known>,
        before: Known,
        read: Known,
    ) {
        if !self.is_current(&read) {
            return;
        }
        self.seen.stored(consumer.stream.name, read.floor);
        let is_behind = read.is_of_the_time_of(&before) && read.floor < before.floor;
        if is_behind {
            let (consumer, known, behind) = (consumer.name, before.floor, read.floor);
            tracing::warn!(
                consumer,
                known,
                behind,
                "persistence is behind what was known"
            );
        }
        floor.send_if_modified(|now| {
            if is_behind {
                *now = read;
                return true;
            }
            now.follow(read)
        });
    }
}

fn of(connection: u64, read: Floor) -> Known {
    Known {
        connection,
        epoch: read.epoch,
        floor: read.seq,
        hole: read.hole,
    }
}
