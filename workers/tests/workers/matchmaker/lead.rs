//! The lead and the leases: who pairs, and whose connection has been away for too long.

use std::time::{Duration, Instant};

use broker::{Broker, Publish, life::Write};
use contract::{
    api::TicketViewState,
    life::{LEASE_EVERY_SECS, Lease},
    live::{Outlook, OutlookRequest, UserNotice},
    streams::LIFE,
    subjects,
};
use domain::{
    Timestamp, UserId,
    matching::{Features, FilterName, Filtered},
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
async fn a_ticket_outlives_the_last_list_that_names_its_owner_by_a_whole_lease() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK, SHORT_LEASE]).await;
    until_somebody_leads(&broker).await;
    let user = joins(&broker).await;
    lists(&broker, Uuid::now_v7(), &[user]).await;
    let named = Instant::now();
    eventually("the end of the lease", LIMIT * 2, || async {
        (state(&broker, user).await? != TicketState::Waiting).then_some(())
    })
    .await;
    let held = Duration::from_secs(LEASE_EVERY_SECS + 2);
    assert!(
        named.elapsed() >= held - Duration::from_millis(50),
        "early: {:?}",
        named.elapsed()
    );
    assert!(
        named.elapsed() < held + Duration::from_secs(2),
        "late: {:?}",
        named.elapsed()
    );
}

async fn outlook(broker: &Broker, user_id: UserId) -> Option<Outlook> {
    asked(broker, user_id, broker.clock().now()).await
}

async fn asked(broker: &Broker, user_id: UserId, asked_at: Timestamp) -> Option<Outlook> {
    let request = OutlookRequest {
        user_id,
        asked_at: Some(asked_at),
    };
    let question = serde_json::to_vec(&request).expect("JSON");
    let subject = subjects::LIVE_QUEUE_OUTLOOK.to_owned();
    let answer = broker
        .ask_live(subject, question, Duration::from_secs(1))
        .await
        .ok()??;
    serde_json::from_slice(&answer).ok()
}

#[tokio::test]
async fn a_waiting_user_can_learn_whom_the_own_filters_keep_out_and_how_long_it_may_take() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    until_somebody_leads(&broker).await;
    for _ in 0..5 {
        a_match_takes(&broker).await;
    }
    // Women who wish for men: none of them meets another.
    let joins = async || {
        let user = user();
        let wishes = Features {
            preferred_genders: vec!["man".to_owned()],
            ..anybody()
        };
        let ticket = Ticket::join(ticket_id(), user, wishes, broker.clock().now());
        broker
            .commit(&[Write::Ticket(Box::new(ticket), 0)])
            .await
            .expect("joined");
        user
    };
    let user = joins().await;
    let told = async |withheld: bool| {
        let outlook = eventually("an outlook", LIMIT, || async {
            outlook(&broker, user).await.filter(|outlook| {
                let filter = outlook.filters.first();
                filter.is_some_and(|filter| filter.withheld == withheld)
            })
        });
        outlook.await
    };
    let filter = |excluded, withheld| Filtered {
        name: FilterName::Gender,
        excluded,
        withheld,
    };
    assert_eq!(told(true).await.filters, [filter(0, true)]);
    for _ in 0..10 {
        joins().await;
    }
    let outlook = told(false).await;
    assert_eq!(outlook.filters, [filter(10, false)]);
    assert!(outlook.estimated_wait_ms.is_some());
}

#[tokio::test]
async fn a_question_that_has_waited_for_longer_than_whoever_asked_it_is_not_answered() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    until_somebody_leads(&broker).await;
    let user = joins(&broker).await;
    eventually("an outlook", LIMIT, || outlook(&broker, user)).await;
    let long_ago = Timestamp(broker.clock().now().0 - 5_000);
    assert_eq!(asked(&broker, user, long_ago).await, None);
    // It was not for want of somebody who answers.
    eventually("an outlook", LIMIT, || outlook(&broker, user)).await;
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
