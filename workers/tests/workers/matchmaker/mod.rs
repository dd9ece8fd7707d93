//! Matches: everybody who can be matched is, nobody twice, nobody with whom they must not meet.

use std::time::Duration;

use broker::{Broker, PublishError, life::Write};
use domain::{
    RoomId, UserId,
    matching::Features,
    ticket::{Gone, Ticket, TicketState},
};

use crate::lifecycle::{eventually, ticket, ticket_id, user};

mod bad_input;
mod busy;
mod claims;
mod hard_filters;
mod lead;
mod model;

const QUICK: (&str, &str) = ("MATCH__TICK_MS", "20");
const LIMIT: Duration = Duration::from_secs(15);
/// Long enough for many ticks.
const A_WHILE: Duration = Duration::from_millis(1_500);

async fn join(broker: &Broker, user: UserId, features: Features) -> u64 {
    let ticket = Ticket::join(ticket_id(), user, features, broker.clock().now());
    broker
        .commit(&[Write::Ticket(Box::new(ticket), 0)])
        .await
        .expect("joined")
}

async fn two_join(broker: &Broker, one: Features, other: Features) -> [UserId; 2] {
    let users = [user(), user()];
    join(broker, users[0], one).await;
    join(broker, users[1], other).await;
    users
}

async fn state(broker: &Broker, user: UserId) -> TicketState {
    ticket(broker, user).await.state
}

async fn until_matched(broker: &Broker, user: UserId, limit: Duration) -> RoomId {
    eventually("a match", limit, || async {
        broker.ticket(user).await.ok()??.value.matched_room()
    })
    .await
}

async fn assert_never_matched(broker: &Broker, users: [UserId; 2]) {
    tokio::time::sleep(A_WHILE).await;
    for user in users {
        assert_eq!(state(broker, user).await, TicketState::Waiting);
    }
}

/// Leaves the queue as a gateway does: by compare-and-set on what it read.
async fn leave(broker: &Broker, user: UserId) -> Result<u64, PublishError> {
    let current = broker
        .ticket(user)
        .await
        .expect("a read")
        .expect("a ticket");
    if !current.value.is_waiting() {
        return Err(PublishError::Conflict);
    }
    let gone = current
        .value
        .moved_to(TicketState::Gone { why: Gone::Left });
    broker
        .commit(&[Write::Ticket(Box::new(gone), current.seq)])
        .await
}
