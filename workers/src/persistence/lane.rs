//! One stream's way into SQL: take a batch, store it, tell what followed, acknowledge it, announce the floor.

use std::{
    collections::HashMap,
    future::Future,
    time::{Duration, Instant},
};

use bootstrap::{Database, Shutdown, Transaction};
use broker::{
    Broker,
    consume::{Deliveries, Delivery},
};
use contract::consumers::ConsumerSpec;
use sea_orm::DbErr;
use tokio::time::{interval_at, timeout};

use super::{
    backoff::Stopped,
    decode::{Event, Undecodable},
    floor,
    hold::{Doubt, Hold, Place},
    lost_tail::Mended,
    pace::Pace,
    settle::settle,
};

/// How often a batch in hand tells that it is still worked on; well below every consumer's ack wait.
const PROGRESS_EVERY: Duration = Duration::from_secs(3);
/// Telling it may not hold up the work itself.
const PROGRESS_LIMIT: Duration = Duration::from_secs(1);

/// What makes a lane: which messages it takes, what they mean, and what storing them leads to.
pub(super) trait Projection: Send + Sync + 'static {
    /// Where the messages come from.
    const CONSUMER: ConsumerSpec;
    /// Whether gateways want to know how far the stream is stored.
    const ANNOUNCES_FLOOR: bool;
    /// A message, understood.
    type Body: Send + Sync;
    /// What storing a batch told, for [`Projection::tell`].
    type Stored: Send;

    /// Reads a message.
    fn decode(subject: &str, payload: &[u8]) -> Result<Self::Body, Undecodable>;

    /// Writes a batch. The same batch again changes nothing and tells the same.
    fn store(
        &self,
        transaction: &Transaction,
        batch: &[Event<Self::Body>],
    ) -> impl Future<Output = Result<Self::Stored, DbErr>> + Send;

    /// Tells what followed, after the commit and before the acknowledgement: at least once.
    fn tell(
        &self,
        batch: &[Event<Self::Body>],
        stored: Self::Stored,
    ) -> impl Future<Output = Result<(), Stopped>> + Send;
}

/// A running projection.
pub(super) struct Lane<P> {
    /// The messages of its consumer.
    pub deliveries: Deliveries,
    /// Which of its messages may be of another time.
    pub doubt: Doubt,
    pub broker: Broker,
    pub database: Database,
    pub shutdown: Shutdown,
    pub mended: Mended,
    pub linger: Duration,
    pub pace: Pace,
    pub projection: P,
}

impl<P: Projection> Lane<P> {
    /// Works until shutdown, and finishes the batch in hand.
    pub(super) async fn run(mut self) -> anyhow::Result<()> {
        while let Some(batch) = self.next_batch().await {
            let begun = Instant::now();
            metrics::histogram!("webchat_persistence_batch_size", "consumer" => P::CONSUMER.name)
                .record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
            if self.work_on(batch).await == Err(Stopped) {
                tracing::warn!(
                    consumer = P::CONSUMER.name,
                    "stopped with a batch in hand; it will come again"
                );
            }
            metrics::histogram!("webchat_persistence_batch_seconds", "consumer" => P::CONSUMER.name)
                .record(begun.elapsed().as_secs_f64());
        }
        Ok(())
    }

    async fn next_batch(&mut self) -> Option<Vec<Delivery>> {
        tokio::select! {
            biased;
            () = self.shutdown.requested() => None,
            batch = self.deliveries.next_batch(self.pace.limit(), self.linger) => Some(batch),
        }
    }

    async fn work_on(&mut self, batch: Vec<Delivery>) -> Result<(), Stopped> {
        let (batch, mut hold) = self.of_one_time(batch).await?;
        let Some(newest) = Place::of_newest(P::CONSUMER.stream, &batch) else {
            return Ok(());
        };
        let (deliveries, events) = understood::<P>(batch).await;
        let refused = loop {
            match keep_in_hand(&deliveries, self.project(&events, &hold)).await {
                Err(Stopped) if !self.shutdown.is_requested() => {}
                outcome => break outcome?,
            }
            drop(hold);
            // Another connection: whether its stream has the batch is looked at once more.
            hold = match self.hold_again(&newest).await? {
                Some(hold) => hold,
                None => return Ok(()),
            };
        };
        acknowledge(deliveries, refused).await;
        drop(hold);
        if P::ANNOUNCES_FLOOR {
            floor::announce(&self.broker, &P::CONSUMER).await;
        }
        Ok(())
    }

    /// What of the batch may be stored now: of which the stream that was looked at has all.
    async fn of_one_time(
        &mut self,
        batch: Vec<Delivery>,
    ) -> Result<(Vec<Delivery>, Hold), Stopped> {
        let mut batch = batch;
        let full = self.pace.limit();
        loop {
            let hold = self.hold().await?;
            let before = batch.len();
            let stream = P::CONSUMER.stream;
            batch = self
                .doubt
                .sift(stream, batch, full, &hold, &self.shutdown)
                .await?;
            if batch.len() < before {
                tracing::warn!(
                    consumer = P::CONSUMER.name,
                    given_up = before - batch.len(),
                    "messages are given up: their stream does not have them any more"
                );
            }
            if hold.is_current() {
                return Ok((batch, hold));
            }
        }
    }

    /// A stream that is not mended has nothing that could be taken for something else.
    async fn hold(&self) -> Result<Hold, Stopped> {
        tokio::select! {
            hold = self.mended.hold() => Ok(hold),
            () = self.shutdown.requested() => Err(Stopped),
        }
    }

    /// For a batch of one time; `None` where the stream came back without it.
    async fn hold_again(&self, newest: &Place) -> Result<Option<Hold>, Stopped> {
        let hold = self.hold().await?;
        if !P::CONSUMER.stream.has_epoch {
            return Ok(Some(hold));
        }
        if newest.is_there(&self.broker, &self.shutdown).await? {
            return Ok(Some(hold));
        }
        tracing::warn!(
            consumer = P::CONSUMER.name,
            "a batch is given up: its stream does not have it any more"
        );
        Ok(None)
    }

    /// Stores and tells; what is left is what the database refuses.
    async fn project(
        &mut self,
        batch: &[Event<P::Body>],
        hold: &Hold,
    ) -> Result<HashMap<usize, DbErr>, Stopped> {
        if batch.is_empty() {
            return Ok(HashMap::new());
        }
        let settled = settle(
            &self.projection,
            &self.database,
            batch,
            &mut self.pace,
            &|| hold.is_current(),
            &self.shutdown,
        )
        .await?;
        for (part, stored) in settled.stored {
            self.projection.tell(&batch[part], stored).await?;
        }
        Ok(settled.refused.into_iter().collect())
    }
}

/// Sorts out what can never be stored.
async fn understood<P: Projection>(batch: Vec<Delivery>) -> (Vec<Delivery>, Vec<Event<P::Body>>) {
    let mut deliveries = Vec::with_capacity(batch.len());
    let mut events = Vec::with_capacity(batch.len());
    for delivery in batch {
        match P::decode(&delivery.subject, &delivery.payload) {
            Ok(body) => {
                events.push(Event {
                    seq: delivery.seq,
                    at: delivery.stored_at,
                    body,
                });
                deliveries.push(delivery);
            }
            Err(Undecodable::Newer(newer)) => delivery.leave_to_newer(&newer).await,
            Err(error) => delivery.reject(&error).await,
        }
    }
    (deliveries, events)
}

/// Works, and meanwhile keeps the broker from giving the batch to another worker.
async fn keep_in_hand<T>(deliveries: &[Delivery], work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut progress = interval_at(tokio::time::Instant::now() + PROGRESS_EVERY, PROGRESS_EVERY);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = progress.tick() => {
                // Without a connection there is nobody to tell.
                let _ = timeout(PROGRESS_LIMIT, tell_progress(deliveries)).await;
            }
        }
    }
}

async fn tell_progress(deliveries: &[Delivery]) {
    for delivery in deliveries {
        delivery.in_progress().await;
    }
}

/// Acks travel in order on one connection: when the last one is confirmed, the broker has counted them all.
async fn acknowledge(deliveries: Vec<Delivery>, mut refused: HashMap<usize, DbErr>) {
    let mut last = None;
    for (index, delivery) in deliveries.into_iter().enumerate() {
        if let Some(error) = refused.remove(&index) {
            delivery.reject(&error).await;
        } else if let Some(earlier) = last.replace(delivery) {
            earlier.done().await;
        }
    }
    if let Some(last) = last {
        last.done_confirmed().await;
    }
}
