//! Brings the waiting together. One matchmaker leads, standbys keep their view of the queue warm; each tick collects
//! who waits, has [`domain::matching::pair`] decide, and claims each pair in an atomic batch. The batch is the fence:
//! however many lead by mistake, nobody is matched twice.

mod claims;
mod expiry;
mod leadership;
mod leases;
mod outlook;
mod pool;
mod view;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use bootstrap::{ReadinessCheck, Shutdown, patiently};
use broker::Broker;
use domain::{
    matching::{self, Policy, Proposal, RecentScores},
    pair::PairKey,
    ticket::DEFAULT_POOL,
};
use settings::Settings;
use tokio::time::{MissedTickBehavior, interval};

use claims::Intent;
use leadership::{Lead, Seat};
use pool::{Pool, Snapshot};

/// Pairs the waiting until shutdown; a tick that has begun is finished first, then the lead is given back. `started` is ok
/// from the end of the start to the end of the work.
///
/// # Errors
/// The broker refuses a stream at the start.
pub async fn run(
    broker: Broker,
    settings: Arc<Settings>,
    started: ReadinessCheck,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    patiently("the streams", &shutdown, || broker.ensure_streams()).await?;
    let clock = patiently("the broker's time", &shutdown, || {
        broker.synchronise_clock()
    });
    clock.await.context("the broker does not tell its time")?;
    started.ok(begun.elapsed());
    let (mut seat, lead) = Seat::take(broker.clone(), DEFAULT_POOL);
    let matchmaker = Matchmaker::new(broker, &settings, lead);
    tokio::select! {
        () = matchmaker.tick_until(&shutdown) => {}
        () = matchmaker.keep_view() => {}
        () = matchmaker.answer_outlooks() => {}
        () = seat.keep() => {}
    }
    seat.release().await;
    Ok(())
}

/// The matchmaker of one pool.
struct Matchmaker {
    broker: Broker,
    lead: Lead,
    pool: Mutex<Pool>,
    /// What the pool has lately had to offer. A tick takes it and gives it back.
    recent: Mutex<RecentScores>,
    timing: domain::room::Timing,
    tick: Duration,
    lease: Duration,
    recent_partner: Duration,
    claims_per_batch: usize,
}

impl Matchmaker {
    fn new(broker: Broker, settings: &Settings, lead: Lead) -> Self {
        let matching = &settings.matching;
        let recent_partner = Duration::from_secs(matching.recent_partner_secs);
        Self {
            broker,
            lead,
            pool: Mutex::new(Pool::new(recent_partner)),
            recent: Mutex::default(),
            timing: settings.room.timing(),
            tick: Duration::from_millis(matching.tick_ms),
            lease: Duration::from_secs(matching.lease_secs),
            recent_partner,
            claims_per_batch: matching.claims_per_batch.max(1),
        }
    }

    async fn tick_until(&self, shutdown: &Shutdown) {
        let mut ticks = interval(self.tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watched_since = None;
        loop {
            tokio::select! {
                biased;
                () = shutdown.requested() => return,
                _ = ticks.tick() => {}
            }
            watched_since = self.count_watched(watched_since);
            if self.lead.is_held() {
                self.tick().await;
            }
        }
    }

    /// Adds the time since the last tick to the watched time, where the view was followed all along by the leader. A
    /// process that was stopped in between has watched two ticks at the most.
    fn count_watched(&self, since: Option<Instant>) -> Option<Instant> {
        let mut pool = self.pool();
        metrics::gauge!("webchat_match_pool_size").set(as_gauge(pool.size()));
        if !self.lead.is_held() || !pool.is_fresh() {
            return None;
        }
        if let Some(since) = since {
            pool.leases.advance(since.elapsed().min(self.tick * 2));
        }
        Some(Instant::now())
    }

    async fn tick(&self) {
        let begun = Instant::now();
        self.expire_tickets().await;
        if let Some(intents) = self.intend().await {
            self.claim(intents).await;
        }
        metrics::histogram!("webchat_match_tick_seconds").record(begun.elapsed().as_secs_f64());
    }

    /// Whom this tick wants to bring together; `None` where the view does not say enough.
    async fn intend(&self) -> Option<Vec<Intent>> {
        let now = self.broker.clock().now();
        let snapshot = {
            let mut pool = self.pool();
            pool.is_complete().then(|| pool.snapshot(now))?
        };
        let mut recent = std::mem::take(&mut *self.recent());
        let decided = tokio::task::spawn_blocking(move || {
            let Snapshot { candidates, apart } = snapshot;
            let forbidden =
                |one, other| PairKey::of(one, other).is_none_or(|key| apart.contains(&key));
            let proposals =
                matching::pair(&candidates, forbidden, &Policy::default(), &mut recent, now);
            let decided: Vec<_> = proposals
                .into_iter()
                .map(
                    |Proposal {
                         one,
                         other,
                         the_match,
                     }| {
                        ([candidates[one].user, candidates[other].user], the_match)
                    },
                )
                .collect();
            (decided, recent)
        });
        let decided = match decided.await {
            Ok((decided, recent)) => {
                *self.recent() = recent;
                decided
            }
            Err(error) => {
                tracing::error!(%error, "the pairing ended unexpectedly");
                return None;
            }
        };
        let pool = self.pool();
        let intents = decided.into_iter().filter_map(|([one, other], the_match)| {
            Some(Intent {
                tickets: [pool.waiting(one)?.clone(), pool.waiting(other)?.clone()],
                the_match,
            })
        });
        Some(intents.collect())
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // The view is whole between any two statements, so a panic elsewhere does not spoil it.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, RecentScores> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a user's ticket from the leader, where a claim or an expiry showed that the view is behind.
    async fn reread_ticket(&self, user: domain::UserId) {
        match self.broker.ticket(user).await {
            Ok(ticket) => self.pool().ticket_is(user, ticket),
            Err(error) => {
                tracing::warn!(user_id = %user, %error, "a ticket could not be read again");
            }
        }
    }
}

fn as_gauge(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
