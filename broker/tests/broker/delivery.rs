use std::{io, time::Duration};

use contract::{
    consumers::{INTEGRATOR, PERSISTENCE_CHAT},
    streams::CHAT,
    subjects,
};
use domain::RoomId;
use uuid::Uuid;
use webchat_broker::Publish;
use webchat_tests::nats::Nats;

use crate::connected;

const LINGER: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_confirmed_batch_moves_the_floor() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    for text in ["one", "two", "three"] {
        broker
            .publish(Publish::new(subjects::chat(room), text))
            .await
            .unwrap();
    }
    let mut deliveries = broker.consume(PERSISTENCE_CHAT).await.unwrap();
    let batch = deliveries.next_batch(10, LINGER).await;
    assert_eq!(batch.len(), 3);
    for delivery in batch {
        delivery.done_confirmed().await;
    }
    let state = broker
        .consumer_state(&PERSISTENCE_CHAT)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (state.floor, state.pending, state.unacknowledged),
        (3, 0, 0)
    );
}

#[tokio::test]
async fn poison_goes_to_the_dead_letters_and_the_others_flow() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    for text in ["poison", "fine"] {
        broker
            .publish(Publish::new(subjects::chat(room), text))
            .await
            .unwrap();
    }
    let mut deliveries = broker.consume(PERSISTENCE_CHAT).await.unwrap();
    deliveries
        .next()
        .await
        .reject(&io::Error::other("cannot be read"))
        .await;
    deliveries.next().await.done_confirmed().await;
    let buried = broker.dead_letters(None, 1, 10).await.unwrap();
    assert_eq!(buried.len(), 1);
    assert_eq!(buried[0].consumer, PERSISTENCE_CHAT.name);
    let letter = buried[0].letter.clone().unwrap();
    assert_eq!((letter.seq, &*letter.error), (1, "cannot be read"));
    assert_eq!(letter.body().unwrap(), b"poison");
    let state = broker
        .consumer_state(&PERSISTENCE_CHAT)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state.floor, 2);
}

#[tokio::test]
async fn a_deleted_message_is_gone_and_the_others_stay() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    for text in ["one", "two", "three"] {
        let publish = Publish::new(subjects::chat(room), text);
        broker.publish(publish).await.unwrap();
    }
    assert!(broker.delete_message(&CHAT, 2).await.unwrap());
    assert!(
        !broker.delete_message(&CHAT, 2).await.unwrap(),
        "it is gone"
    );
    let left = broker.replay(&CHAT, &subjects::chat(room), 1, 10).await;
    let left: Vec<u64> = left.unwrap().iter().map(|record| record.seq).collect();
    assert_eq!(left, [1, 3]);
}

#[tokio::test]
async fn what_failed_comes_again() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    broker
        .publish(Publish::new(subjects::chat(room), "again"))
        .await
        .unwrap();
    let mut deliveries = broker.consume(PERSISTENCE_CHAT).await.unwrap();
    let first = deliveries.next().await;
    assert_eq!(first.attempt, 1);
    first
        .retry(Duration::from_millis(100), &io::Error::other("not now"))
        .await;
    let second = deliveries.next().await;
    assert_eq!((second.attempt, &second.payload[..]), (2, &b"again"[..]));
}

#[tokio::test]
async fn a_consumer_goes_on_after_the_server_was_killed() {
    let mut nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let mut deliveries = broker.consume(PERSISTENCE_CHAT).await.unwrap();
    nats.kill9_and_restart().await;
    let publish = Publish::new(subjects::chat(room), "after").message_id("after");
    while broker.publish(publish.clone()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let delivery = tokio::time::timeout(Duration::from_secs(20), deliveries.next())
        .await
        .unwrap();
    assert_eq!(&delivery.payload[..], b"after");
}

#[tokio::test]
async fn an_offered_consumer_keeps_its_place_when_it_is_offered_again() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    broker.offer_consumer(&INTEGRATOR).await.unwrap();
    let event = "webchat.v1.evt.user.one.registered".to_owned();
    broker.publish(Publish::new(event, "{}")).await.unwrap();
    let mut deliveries = broker.consume(INTEGRATOR).await.unwrap();
    for delivery in deliveries.next_batch(10, LINGER).await {
        delivery.done_confirmed().await;
    }
    broker.offer_consumer(&INTEGRATOR).await.unwrap();
    let state = broker.consumer_state(&INTEGRATOR).await.unwrap().unwrap();
    assert_eq!((state.floor, state.pending), (1, 0));
}
