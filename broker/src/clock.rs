//! The broker's clock, kept by each process as an offset to its own monotonic one.

use std::{
    sync::{Arc, RwLock, Weak},
    time::{Duration, Instant},
};

use domain::Timestamp;
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{Broker, ReadError, request::Answer};

const REFRESH_EVERY: Duration = Duration::from_secs(10);
const RETRY_EVERY: Duration = Duration::from_millis(250);
/// A step of the broker's clock that is larger than this is followed also backwards.
const STEP_MS: i64 = 1_000;
/// An estimate that is ahead by less gives up one part in so many of the time since the last answer. Clocks drift apart
/// more slowly than that, so it cannot stay ahead.
const GIVE_UP_ONE_IN: i64 = 1_000;

/// An estimate of the broker's time that is not ahead of it: the time in an answer is older than its arrival, and where
/// this machine's clock runs faster than the broker's, each answer takes some of the lead away.
#[derive(Debug, Default)]
pub struct BrokerClock {
    anchor: RwLock<Option<Anchor>>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    arrived: Instant,
    broker_time: Timestamp,
}

#[derive(Deserialize)]
struct StreamInfoTime {
    ts: String,
}

impl BrokerClock {
    /// The broker's time now, at most one round trip late and never early. Before the first answer it is this
    /// machine's own time.
    pub fn now(&self) -> Timestamp {
        let anchor = match self.anchor.read() {
            Ok(anchor) => *anchor,
            Err(poisoned) => *poisoned.into_inner(),
        };
        anchor.map_or_else(
            || Timestamp::from_datetime(OffsetDateTime::now_utc()),
            |anchor| anchor.broker_time.plus(anchor.arrived.elapsed()),
        )
    }

    /// Takes a time that the broker has just told.
    fn observe(&self, broker_time: Timestamp) {
        let estimate = self.now();
        let arrived = Instant::now();
        let mut anchor = match self.anchor.write() {
            Ok(anchor) => anchor,
            Err(poisoned) => poisoned.into_inner(),
        };
        let ahead_ms = estimate.0 - broker_time.0;
        let broker_time = match *anchor {
            Some(last) if (0..STEP_MS).contains(&ahead_ms) => {
                let since = arrived.saturating_duration_since(last.arrived).as_millis();
                let give_up = i64::try_from(since).unwrap_or(i64::MAX) / GIVE_UP_ONE_IN;
                broker_time.max(Timestamp(estimate.0 - give_up))
            }
            _ => broker_time,
        };
        *anchor = Some(Anchor {
            arrived,
            broker_time,
        });
    }

    /// Asks the broker every ten seconds for as long as the clock is used.
    pub(crate) fn keep_in_step(self: Arc<Self>, broker: &Broker) {
        let clock = Arc::downgrade(&self);
        let client = broker.client.clone();
        tokio::spawn(async move {
            while let Some(wait) = refresh(&clock, &client).await {
                tokio::time::sleep(wait).await;
            }
        });
    }
}

/// Asks once; says when to ask again, or `None` when nobody uses the clock any more.
async fn refresh(clock: &Weak<BrokerClock>, client: &async_nats::Client) -> Option<Duration> {
    clock.upgrade()?;
    match ask_time(client).await {
        Ok(time) => {
            clock.upgrade()?.observe(time);
            Some(REFRESH_EVERY)
        }
        Err(error) => {
            tracing::debug!(%error, "the broker's time is not known yet");
            Some(RETRY_EVERY)
        }
    }
}

async fn ask_time(client: &async_nats::Client) -> Result<Timestamp, ReadError> {
    let subject = format!("$JS.API.STREAM.INFO.{}", contract::streams::LIFE.name);
    let answer = client
        .request(subject, "".into())
        .await
        .map_err(|error| ReadError::Unavailable(error.to_string()))?;
    let malformed = |reason: String| ReadError::Malformed {
        what: "the time of a stream's info".to_owned(),
        reason,
    };
    match serde_json::from_slice::<Answer<StreamInfoTime>>(&answer.payload) {
        Ok(Answer::Given(info)) => OffsetDateTime::parse(&info.ts, &Rfc3339)
            .map(Timestamp::from_datetime)
            .map_err(|error| malformed(error.to_string())),
        Ok(Answer::Refused { error }) => Err(ReadError::Unavailable(error.description)),
        Err(error) => Err(malformed(error.to_string())),
    }
}

impl Broker {
    /// Waits until the broker has told its time, so that [`BrokerClock::now`] is the broker's and not this machine's.
    ///
    /// # Errors
    /// [`ReadError`] where the broker does not answer.
    pub async fn synchronise_clock(&self) -> Result<(), ReadError> {
        let time = ask_time(&self.client).await?;
        self.clock().observe(time);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_never_runs_backwards_for_a_late_answer() {
        let clock = BrokerClock::default();
        clock.observe(Timestamp(1_000_000));
        clock.observe(Timestamp(999_500));
        assert!(clock.now() >= Timestamp(1_000_000));
    }

    #[test]
    fn an_estimate_that_runs_ahead_comes_back_to_the_brokers_time() {
        let (ten_seconds, drift_ms) = (Duration::from_secs(10), 5);
        let clock = BrokerClock::default();
        let mut broker_time = Timestamp(1_000_000);
        clock.observe(Timestamp(broker_time.0 + 200));
        for _ in 0..100 {
            // Ten seconds pass here, and a little less at the broker.
            let mut anchor = clock.anchor.write().unwrap();
            let known = anchor.as_mut().unwrap();
            known.arrived = known.arrived.checked_sub(ten_seconds).unwrap();
            drop(anchor);
            broker_time = Timestamp(broker_time.0 + 10_000 - drift_ms);
            clock.observe(broker_time);
        }
        let ahead_ms = clock.now().0 - broker_time.0;
        assert!(ahead_ms <= 2 * drift_ms, "{ahead_ms} ms ahead");
    }

    #[test]
    fn a_step_of_the_brokers_clock_is_followed() {
        let clock = BrokerClock::default();
        clock.observe(Timestamp(10_000_000));
        clock.observe(Timestamp(1_000));
        assert!(clock.now() < Timestamp(2_000));
    }
}
