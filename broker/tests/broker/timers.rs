use std::time::Duration;

use contract::{consumers::COUNTDOWN_DUE, subjects};
use domain::RoomId;
use uuid::Uuid;
use webchat_broker::consume::Delivery;
use webchat_tests::nats::Nats;

use crate::connected;

const HOUR: Duration = Duration::from_secs(3_600);

async fn due(deliveries: &mut webchat_broker::consume::Deliveries) -> Delivery {
    tokio::time::timeout(Duration::from_secs(10), deliveries.next())
        .await
        .expect("a timer fires")
}

#[tokio::test]
async fn a_timer_fires_never_early_and_hardly_late() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let mut deliveries = broker.consume(COUNTDOWN_DUE).await.unwrap();
    let at = broker.clock().now().plus(Duration::from_millis(700));
    let target = subjects::life_due(room);
    broker
        .schedule(subjects::life_sched(room, 1), &target, at, "timer", HOUR)
        .await
        .unwrap();
    let fired = due(&mut deliveries).await;
    assert_eq!(fired.subject, target);
    assert_eq!(&fired.payload[..], b"timer");
    assert!(fired.stored_at >= at, "{} is before {at}", fired.stored_at);
    assert!(fired.stored_at.since(at) <= Duration::from_secs(1));
}

#[tokio::test]
async fn a_later_timer_of_the_same_room_replaces_no_earlier_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let mut deliveries = broker.consume(COUNTDOWN_DUE).await.unwrap();
    let now = broker.clock().now();
    let target = subjects::life_due(room);
    for (revision, delay_ms) in [(2, 900), (1, 300)] {
        let at = now.plus(Duration::from_millis(delay_ms));
        let subject = subjects::life_sched(room, revision);
        broker
            .schedule(subject, &target, at, revision.to_string(), HOUR)
            .await
            .unwrap();
    }
    let (first, second) = (due(&mut deliveries).await, due(&mut deliveries).await);
    assert_eq!(&first.payload[..], b"1");
    assert_eq!(&second.payload[..], b"2");
}

#[tokio::test]
async fn a_timer_survives_the_death_of_the_server_and_fires_at_once_when_it_is_due() {
    let mut nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let mut deliveries = broker.consume(COUNTDOWN_DUE).await.unwrap();
    let at = broker.clock().now().plus(Duration::from_millis(500));
    let target = subjects::life_due(room);
    broker
        .schedule(subjects::life_sched(room, 1), &target, at, "timer", HOUR)
        .await
        .unwrap();
    nats.kill9();
    tokio::time::sleep(Duration::from_secs(1)).await;
    nats.restart().await;
    let fired = due(&mut deliveries).await;
    assert!(fired.stored_at >= at);
}
