//! The timers of rooms: each deadline in a room's event becomes a schedule of the broker, and what fires is applied
//! to the room. Nothing is kept here, so the worker may run twice and be killed at any time.

mod due;
mod replay;
mod timers;

use std::time::{Duration, Instant};

use anyhow::Context;
use bootstrap::{ReadinessCheck, Shutdown, patiently};
use broker::{
    Broker, ConnectError,
    consume::{Deliveries, Delivery},
};
use contract::consumers::{COUNTDOWN_DUE, COUNTDOWN_ROOMS, ConsumerSpec};
use tokio::task::{JoinError, JoinSet};

pub use replay::{ReplayError, replay};

/// How many messages of one consumer are worked on at once.
const AT_ONCE: usize = 64;
/// The longest pause before a message is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Sets and serves timers until shutdown; what was begun is finished first. The lengths of the phases stand in the rooms.
/// `started` is ok from the end of the start to the end of the work.
///
/// # Errors
/// The broker refuses a stream or a consumer at the start.
pub async fn run(
    broker: Broker,
    started: ReadinessCheck,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    patiently("the streams", &shutdown, || broker.ensure_streams()).await?;
    let clock = patiently("the broker's time", &shutdown, || {
        broker.synchronise_clock()
    });
    clock.await.context("the broker does not tell its time")?;
    let rooms = consume(&broker, COUNTDOWN_ROOMS, &shutdown).await?;
    let fired = consume(&broker, COUNTDOWN_DUE, &shutdown).await?;
    started.ok(begun.elapsed());
    let set = serve(rooms, &shutdown, |event| timers::set(broker.clone(), event));
    let apply = serve(fired, &shutdown, |timer| due::serve(broker.clone(), timer));
    tokio::join!(Box::pin(set), Box::pin(apply));
    Ok(())
}

async fn consume(
    broker: &Broker,
    consumer: ConsumerSpec,
    shutdown: &Shutdown,
) -> Result<Deliveries, ConnectError> {
    patiently(consumer.name, shutdown, || broker.consume(consumer)).await
}

/// Works on a consumer's messages, several at once, until shutdown.
async fn serve<W, F>(mut deliveries: Deliveries, shutdown: &Shutdown, work: W)
where
    W: Fn(Delivery) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut at_work = JoinSet::new();
    loop {
        let delivery = tokio::select! {
            biased;
            () = shutdown.requested() => break,
            Some(ended) = at_work.join_next() => { report(ended); continue },
            delivery = deliveries.next(), if at_work.len() < AT_ONCE => delivery,
        };
        at_work.spawn(work(delivery));
    }
    while let Some(ended) = at_work.join_next().await {
        report(ended);
    }
}

/// The message of a task that panicked is not acknowledged, so it comes again.
fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "working on a message ended unexpectedly");
    }
}

/// A failed message comes again after a pause that grows with its attempts, so that an outage does not use them up.
fn pause_after(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 10)).unwrap_or(1) - 1;
    Duration::from_millis(50 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_retries_are_quick_and_none_is_far_away() {
        assert_eq!(pause_after(1), Duration::from_millis(50));
        assert_eq!(pause_after(3), Duration::from_millis(200));
        assert_eq!(pause_after(1_000), LONGEST_PAUSE);
        assert_eq!(pause_after(0), Duration::from_millis(50));
    }
}
