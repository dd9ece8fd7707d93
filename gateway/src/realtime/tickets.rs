//! The tickets of waiting users with sockets here: a notice of a match that was lost is made up for.

use std::time::Duration;

use broker::life::Versioned;
use domain::{UserId, ticket::Ticket};
use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::user_actor::Command;
use crate::state::AppState;

/// A lost notice of a match is healed this soon, where no more wait than one round reads.
const REREAD_EVERY: Duration = Duration::from_secs(2);
/// How many tickets a round reads at the most, so that the broker has as little to do for a gateway with many waiting users as
/// for one with some thousands. A hundred thousand are read within half a minute.
const A_ROUND: usize = 8_192;
/// How many are asked for at once.
const A_REQUEST: usize = 256;
/// Tickets that are read from the leader at the same time.
const READS: usize = 32;

/// Reads the tickets of all who wait, round after round, and looks closer at those that seem to wait no more.
pub(super) async fn reread(state: AppState) {
    let hub = &state.notifications;
    let mut rounds = interval(REREAD_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut still_to_read: Vec<UserId> = Vec::new();
    loop {
        rounds.tick().await;
        if still_to_read.is_empty() {
            still_to_read = hub.waiting.iter().map(|user| *user).collect();
        }
        let rest = still_to_read.len().saturating_sub(A_ROUND);
        let round = still_to_read.split_off(rest);
        for users in round.chunks(A_REQUEST) {
            reread_some(&state, users).await;
        }
    }
}

async fn reread_some(state: &AppState, users: &[UserId]) {
    let hub = &state.notifications;
    for user in users.iter().filter(|user| !hub.has_sockets(**user)) {
        // The last socket closed while it was noted that somebody waits at it: nobody else takes the lease back.
        hub.waiting.remove(user);
    }
    match state.broker.who_waits(users).await {
        Ok(wait) => {
            // Whoever answered may lag behind: what the leader says counts.
            let unsure = users.iter().filter(|user| !wait.contains(user));
            look_at(state, unsure.copied().collect()).await;
        }
        Err(error) => tracing::debug!(%error, "tickets could not be read"),
    }
}

/// Reads tickets; says which users wait and were not known to.
pub(super) async fn look_at(state: &AppState, users: Vec<UserId>) -> Vec<UserId> {
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
