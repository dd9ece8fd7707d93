//! Which waiting users are here: the matchmaker drops the tickets of those that nobody names for a while.

use std::time::Duration;

use broker::{Publish, life::Versioned};
use contract::{
    life::{LEASE_CHUNK, LEASE_EVERY_SECS, Lease},
    subjects,
};
use domain::{UserId, ticket::Ticket};
use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::user_actor::Command;
use crate::state::AppState;

/// How long a lease message stays in the stream.
const LEASE_TTL: Duration = Duration::from_secs(60);
/// A lost notice of a match is healed this soon.
const REREAD_EVERY: Duration = Duration::from_secs(2);
/// Tickets that are read at the same time.
const READS: usize = 32;
/// The chunk of those who have just come; the regular ones name them from then on.
const NEWCOMERS: usize = 1_000_000;

/// Looks after the waiting users until shutdown.
pub(super) async fn run(state: AppState) {
    let mut renew = interval(Duration::from_secs(LEASE_EVERY_SECS));
    let mut reread = interval(REREAD_EVERY);
    renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
    reread.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let hub = &state.notifications;
    loop {
        tokio::select! {
            () = hub.shutdown.requested() => return,
            _ = renew.tick() => {
                let waiting: Vec<_> = hub.waiting.iter().map(|user| *user).collect();
                lease(&state, &waiting, 0).await;
            }
            _ = reread.tick() => {
                let waiting: Vec<_> = hub.waiting.iter().map(|user| *user).collect();
                look_at(&state, waiting).await;
            }
            () = hub.look.notified() => {
                let unsure: Vec<_> = hub.unsure.iter().map(|user| *user).collect();
                for user in &unsure {
                    hub.unsure.remove(user);
                }
                let newcomers = look_at(&state, unsure).await;
                lease(&state, &newcomers, NEWCOMERS).await;
            }
        }
    }
}

/// Reads tickets; says which users wait and were not known to.
async fn look_at(state: &AppState, users: Vec<UserId>) -> Vec<UserId> {
    let looks = users
        .into_iter()
        .map(|user| async move { look(state, user).await.then_some(user) });
    stream::iter(looks)
        .buffer_unordered(READS)
        .filter_map(std::future::ready)
        .collect()
        .await
}

async fn look(state: &AppState, user: UserId) -> bool {
    let hub = &state.notifications;
    let ticket = match state.broker.ticket(user).await {
        Ok(ticket) => ticket.map(|Versioned { value, .. }| value),
        Err(error) => {
            tracing::debug!(%user, %error, "a ticket could not be read");
            if hub.has_sockets(user) && !hub.waiting.contains(&user) {
                // Looked at again with the others, until it is known.
                hub.waiting.insert(user);
            }
            return false;
        }
    };
    if ticket.as_ref().is_some_and(Ticket::is_waiting) {
        if hub.has_sockets(user) {
            return hub.waiting.insert(user);
        }
        // The last socket may have closed while the ticket was read: a lease of nobody would never end.
        hub.waiting.remove(&user);
        return false;
    }
    if hub.waiting.remove(&user).is_some() {
        let matched = ticket.and_then(|ticket| ticket.matched_room());
        let news = matched.map_or(Command::TicketGone, Command::Matched);
        hub.tell(user, news).await;
    }
    false
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
