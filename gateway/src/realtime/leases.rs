//! Which waiting users are here: the matchmaker drops the tickets of those that nobody names for a while.

use std::time::Duration;

use broker::Publish;
use contract::{
    life::{LEASE_CHUNK, LEASE_EVERY_SECS, Lease},
    subjects,
};
use domain::UserId;
use tokio::time::{MissedTickBehavior, interval};

use super::tickets;
use crate::state::AppState;

/// How long a lease message stays in the stream.
const LEASE_TTL: Duration = Duration::from_secs(60);
/// The chunk of those who have just come; the regular ones name them from then on.
const NEWCOMERS: usize = 1_000_000;

/// Looks after the waiting users until shutdown. Each work has a task of its own: tickets that are read slowly let no lease run
/// out, and keep nobody waiting who has just come.
pub(super) fn begin(state: &AppState) {
    tokio::spawn(until_shutdown(state.clone(), renew(state.clone())));
    tokio::spawn(until_shutdown(state.clone(), name_newcomers(state.clone())));
    tokio::spawn(until_shutdown(
        state.clone(),
        tickets::reread(state.clone()),
    ));
}

async fn until_shutdown(state: AppState, work: impl Future<Output = ()>) {
    tokio::select! {
        () = state.notifications.shutdown.requested() => {}
        () = work => {}
    }
}

/// Names everybody who waits, again and again.
async fn renew(state: AppState) {
    let mut renew = interval(Duration::from_secs(LEASE_EVERY_SECS));
    renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        renew.tick().await;
        let waiting = &state.notifications.waiting;
        let waiting: Vec<_> = waiting.iter().map(|user| *user).collect();
        lease(&state, &waiting, 0).await;
    }
}

/// Names those at once who have come since the last renewal.
async fn name_newcomers(state: AppState) {
    let hub = &state.notifications;
    loop {
        hub.look.notified().await;
        loop {
            let unsure = hub.unsure.iter().take(LEASE_CHUNK);
            let unsure: Vec<_> = unsure.map(|user| *user).collect();
            if unsure.is_empty() {
                break;
            }
            for user in &unsure {
                hub.unsure.remove(user);
            }
            let newcomers = tickets::look_at(&state, unsure).await;
            lease(&state, &newcomers, NEWCOMERS).await;
        }
    }
}

/// Names these users to the matchmaker.
async fn lease(state: &AppState, users: &[UserId], first_chunk: usize) {
    for (chunk, users) in users.chunks(LEASE_CHUNK).enumerate() {
        let lease = Lease {
            gateway: state.gateway_id,
            users: users.to_vec(),
        };
        let Ok(body) = serde_json::to_vec(&lease) else {
            continue;
        };
        let subject = subjects::life_lease(state.gateway_id, first_chunk + chunk);
        if let Err(error) = state
            .broker
            .publish(Publish::new(subject, body).ttl(LEASE_TTL))
            .await
        {
            tracing::warn!(%error, "the leases of waiting users could not be renewed");
        }
    }
}
