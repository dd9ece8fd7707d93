//! Brings the waiting together. One matchmaker leads, standbys keep their view of the queue warm; each tick collects
//! who waits, has [`domain::matching::pair`] decide by the model's scores, and claims each pair in an atomic batch. The batch is the fence:
//! however many lead by mistake, nobody is matched twice.

mod apart;
mod claims;
mod decide;
mod expiry;
mod leadership;
mod leases;
mod outlook;
mod pool;
mod scores;
mod view;
mod waits;
mod watched;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use bootstrap::{ReadinessCheck, Shutdown, patiently};
use broker::{Broker, ReadError};
use domain::{matching::model::Prior, ticket::DEFAULT_POOL};
use settings::Settings;
use tokio::time::{MissedTickBehavior, interval};

use decide::Memory;
use leadership::{Lead, Seat};
use pool::{Pool, Waiting};
use scores::{Scores, ToldScores};
use watched::Watched;

/// The name of the check that tells of people who wait for too long.
pub const CHECK: &str = "matching";

/// How often it is looked whether ticks end.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Pairs the waiting until shutdown; a tick that has begun is finished first, then the lead is given back. `started` is ok
/// from the end of the start to the end of the work; `alarm`, the check [`CHECK`], while nobody starves, and ticks pair whoever waits.
///
/// # Errors
/// The broker refuses a stream at the start, or the shipped weights cannot be used.
pub async fn run(
    broker: Broker,
    settings: Arc<Settings>,
    started: ReadinessCheck,
    alarm: ReadinessCheck,
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
    let watched = Watched::new(alarm);
    let matchmaker = Matchmaker::new(broker, &settings, lead, watched)?;
    tokio::select! {
        () = matchmaker.tick_until(&shutdown) => {}
        () = matchmaker.keep_view() => {}
        () = matchmaker.answer_outlooks() => {}
        () = matchmaker.watch_ticks() => {}
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
    /// A tick takes it and gives it back.
    memory: Mutex<Option<Memory>>,
    prior: Prior,
    told_scores: ToldScores,
    watched: Watched,
    timing: domain::room::Timing,
    tick: Duration,
    lease: Duration,
    recent_partner: Duration,
    starves_after: Duration,
    claims_per_batch: usize,
}

impl Matchmaker {
    fn new(
        broker: Broker,
        settings: &Settings,
        lead: Lead,
        watched: Watched,
    ) -> anyhow::Result<Self> {
        let matching = &settings.matching;
        let recent_partner = Duration::from_secs(matching.recent_partner_secs);
        let prior = settings::matching_prior()?;
        let memory = Memory::new(Scores::new(prior.clone())?);
        Ok(Self {
            broker,
            lead,
            pool: Mutex::new(Pool::new(recent_partner)),
            memory: Mutex::new(Some(memory)),
            told_scores: ToldScores::new(&prior)?,
            prior,
            watched,
            timing: settings.room.timing(),
            tick: Duration::from_millis(matching.tick_ms),
            lease: Duration::from_secs(matching.lease_secs),
            recent_partner,
            starves_after: Duration::from_secs(matching.starvation_secs),
            claims_per_batch: matching.claims_per_batch.max(1),
        })
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
            } else {
                self.watched.stand_by();
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
        if let Some(couples) = self.decide().await {
            self.claim(couples).await;
            self.watched.has_paired(Instant::now());
        }
        metrics::histogram!("webchat_match_tick_seconds").record(begun.elapsed().as_secs_f64());
    }

    /// Alarms where people wait and nobody is paired, whatever holds the ticks up: it looks beside them. Never ends.
    async fn watch_ticks(&self) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let waiting = match self.lead.is_held() {
                true => self.pool().size(),
                false => 0,
            };
            self.watched
                .look(waiting, self.starves_after, Instant::now());
        }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // The view is whole between any two statements, so a panic elsewhere does not spoil it.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> MutexGuard<'_, Option<Memory>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tick that panicked has taken its memory with it: the next one begins with the shipped weights and follows the
    /// published ones.
    fn remember_nothing(&self) {
        match Scores::new(self.prior.clone()) {
            Ok(scores) => *self.memory() = Some(Memory::new(scores)),
            Err(error) => tracing::error!(%error, "the shipped weights cannot be used"),
        }
    }

    /// Reads a user's ticket from the leader, where a claim or an expiry showed that the view is behind. One that cannot be
    /// read lets nobody wait.
    async fn reread_ticket(&self, behind: &Waiting) {
        let user = behind.ticket.user_id;
        match self.broker.ticket(user).await {
            Ok(ticket) => self.pool().was_read_again(user, behind.seq, ticket),
            Err(error @ (ReadError::Malformed { .. } | ReadError::Newer { .. })) => {
                tracing::error!(user_id = %user, %error, "a ticket is left alone");
                self.pool().waits_no_more(user, behind.seq);
            }
            Err(error) => {
                tracing::warn!(user_id = %user, %error, "a ticket could not be read again");
            }
        }
    }
}

fn as_gauge(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
