//! The lead and the leases: who pairs, and whose connection has been away for too long.

use std::time::{Duration, Instant};

use broker::{Broker, Publish, life::Write};
use contract::{api::TicketViewState, life::Lease, live::UserNotice, streams::LIFE, subjects};
use domain::{
    UserId,
    ticket::{DEFAULT_POOL, Gone, Ticket, TicketState},
};
use uuid::Uuid;
use webchat_tests::nats::Nats;

use crate::lifecycle::{Worker, anybody, connected, eventually, ticket_id, user};

const QUICK: (&str, &str) = ("MATCH__TICK_MS", "20");
const SHORT_LEASE: (&str, &str) = ("MATCH__LEASE_SECS", "2");
const LIMIT: Duration = Duration::from_secs(15);

async fn joins(broker: &Broker) -> UserId {
    let user = user();
    let ticket = Ticket::join(ticket_id(), user, anybody(), broker.clock().now());
    broker
        .commit(&[Write::Ticket(Box::new(ticket), 0)])
        .await
        .expect("joined");
    user
}

async fn state(broker: &Broker, user: UserId) -> Option<TicketState> {
    Some(broker.ticket(user).await.ok()??.value.state)
}

/// Two join, and are matched; says how long it took.
async fn a_match_takes(broker: &Broker) -> Duration {
    let begun = Instant::now();
    let one = joins(broker).await;
    joins(broker).await;
    eventually("a match", LIMIT, || async {
        broker.ticket(one).await.ok()??.value.matched_room()
    })
    .await;
    begun.elapsed()
}

async fn until_somebody_leads(broker: &Broker) {
    eventually("a leader", LIMIT, || async {
        let heartbeat = subjects::life_leader(DEFAULT_POOL);
        broker.last(&LIFE, &heartbeat).await.ok().flatten()
    })
    .await;
}

#[tokio::test]
async fn a_standby_takes_over_from_a_leader_that_died() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let leader = Worker::matchmaker(&nats, &[QUICK]).await;
    until_somebody_leads(&broker).await;
    let _standby = Worker::matchmaker(&nats, &[QUICK]).await;
    a_match_takes(&broker).await;
    leader.abort();
    let took = a_match_takes(&broker).await;
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[tokio::test]
async fn a_leader_that_stops_gives_the_lead_back_at_once() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let leader = Worker::matchmaker(&nats, &[QUICK]).await;
    until_somebody_leads(&broker).await;
    let _standby = Worker::matchmaker(&nats, &[QUICK]).await;
    a_match_takes(&broker).await;
    leader.stop().await;
    let took = a_match_takes(&broker).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn matching_goes_on_after_the_broker_was_killed() {
    let mut nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _workers = (
        Worker::matchmaker(&nats, &[QUICK]).await,
        Worker::matchmaker(&nats, &[QUICK]).await,
    );
    a_match_takes(&broker).await;
    nats.kill9_and_restart().await;
    eventually("the connection", LIMIT, || async {
        broker.synchronise_clock().await.ok()
    })
    .await;
    let took = a_match_takes(&broker).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_ticket_without_a_socket_expires_and_its_owner_is_told() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK, SHORT_LEASE]).await;
    until_somebody_leads(&broker).await;
    let begun = Instant::now();
    let user = joins(&broker).await;
    let mut notices = broker
        .subscribe(subjects::live_user(user))
        .await
        .expect("a subscription");
    let notice = tokio::time::timeout(LIMIT, notices.next())
        .await
        .expect("in time")
        .expect("a notice");
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "early: {:?}",
        begun.elapsed()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "late: {:?}",
        begun.elapsed()
    );
    let notice: UserNotice = serde_json::from_slice(&notice.payload).expect("a notice");
    assert!(
        matches!(notice, UserNotice::Ticket { ticket } if ticket.state == TicketViewState::None)
    );
    assert_eq!(
        state(&broker, user).await,
        Some(TicketState::Gone { why: Gone::Expired })
    );
}

async fn lists(broker: &Broker, gateway: Uuid, users: &[UserId]) {
    let lease = Lease {
        gateway,
        users: users.to_vec(),
    };
    let payload = serde_json::to_vec(&lease).expect("JSON");
    let publish = Publish::new(subjects::life_lease(gateway, 0), payload);
    broker.publish(publish).await.expect("an ack");
}

#[tokio::test]
async fn a_ticket_lives_for_as_long_as_a_gateway_lists_its_owner() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK, SHORT_LEASE]).await;
    until_somebody_leads(&broker).await;
    let (user, gateway) = (joins(&broker).await, Uuid::now_v7());
    for _ in 0..4 {
        lists(&broker, gateway, &[user]).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(state(&broker, user).await, Some(TicketState::Waiting));
    lists(&broker, gateway, &[]).await;
    let dropped = Instant::now();
    eventually("the end of the lease", LIMIT, || async {
        (state(&broker, user).await? != TicketState::Waiting).then_some(())
    })
    .await;
    assert!(
        dropped.elapsed() >= Duration::from_millis(1_900),
        "early: {:?}",
        dropped.elapsed()
    );
}

#[tokio::test]
async fn time_in_which_nobody_watched_does_not_count() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let user = joins(&broker).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begun = Instant::now();
    let _worker = Worker::matchmaker(&nats, &[QUICK, SHORT_LEASE]).await;
    eventually("the end of the lease", LIMIT, || async {
        (state(&broker, user).await? != TicketState::Waiting).then_some(())
    })
    .await;
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "early: {:?}",
        begun.elapsed()
    );
}
