//! A stream that has lost its newest messages, and those who mend it.

use contract::{consumers::PERSISTENCE_CHAT, streams::CHAT, subjects};
use domain::RoomId;
use uuid::Uuid;
use webchat_broker::{Publish, Skipped};
use webchat_tests::nats::Nats;

use crate::connected;

#[tokio::test]
async fn a_stream_that_lost_its_tail_goes_on_above_it_and_keeps_what_it_has() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let subject = subjects::chat(RoomId(Uuid::now_v7()));
    let send = async |text: &str| {
        let publish = Publish::new(subject.clone(), text.to_owned());
        broker.publish(publish).await.unwrap().seq
    };
    let past = async |known| {
        let past = broker.go_past(&CHAT, known, subjects::CHAT_FILLER).await;
        past.unwrap()
    };
    let epoch = async || broker.stream_state(&CHAT).await.unwrap().epoch;
    let first = epoch().await;
    assert!(past(40).await, "the stream is empty");
    assert_eq!(send("one").await, 41);
    let second = epoch().await;
    assert_ne!(first, second);
    assert!(!past(41).await);
    assert_eq!(epoch().await, second, "nothing was lost");
    assert!(past(100).await, "the stream has a message");
    assert_eq!(send("two").await, 101);
    assert_ne!(epoch().await, second);
    let all = broker.replay(&CHAT, "chat.>", 1, 100).await.unwrap();
    assert_eq!(
        all.iter().map(|record| record.seq).collect::<Vec<_>>(),
        [41, 101]
    );
}

#[tokio::test]
async fn workers_that_move_a_stream_on_at_once_move_it_once_and_no_consumer_sees_it() {
    let nats = Nats::start().await;
    let workers = [
        connected(&nats).await,
        connected(&nats).await,
        connected(&nats).await,
    ];
    let broker = &workers[0];
    let subject = subjects::chat(RoomId(Uuid::now_v7()));
    let send = async |text: &str| {
        let publish = Publish::new(subject.clone(), text.to_owned());
        broker.publish(publish).await.unwrap().seq
    };
    send("before").await;
    let mut deliveries = broker.consume(PERSISTENCE_CHAT).await.unwrap();
    deliveries.next().await.done_confirmed().await;
    let moving = workers
        .iter()
        .map(|worker| worker.go_past(&CHAT, 2_000, subjects::CHAT_FILLER));
    for moved in futures_util::future::join_all(moving).await {
        moved.unwrap();
    }
    let floor = async || broker.floor_of(&PERSISTENCE_CHAT).await.unwrap().seq;
    assert_eq!(floor().await, 2_000);
    assert_eq!(send("after").await, 2_001);
    let next = deliveries.next().await;
    assert_eq!(next.seq, 2_001);
    next.done_confirmed().await;
    assert_eq!(floor().await, 2_001);
}

#[tokio::test]
async fn what_was_skipped_is_remembered_whoever_moves_the_stream_on_first() {
    let nats = Nats::start().await;
    let (one, other) = (connected(&nats).await, connected(&nats).await);
    let subject = subjects::chat(RoomId(Uuid::now_v7()));
    one.publish(Publish::new(subject, "before")).await.unwrap();
    let hole = async || one.stream_state(&CHAT).await.unwrap().hole();
    // A gateway's word comes before the worker has looked at what SQL has.
    let told = one.move_on(&CHAT, 20, subjects::CHAT_FILLER).await;
    assert!(told.unwrap());
    let looked = other.go_past(&CHAT, 20, subjects::CHAT_FILLER).await;
    assert!(!looked.unwrap(), "there is nothing left to do");
    let skipped = |last| Some(Skipped { first: 2, last });
    assert_eq!(hole().await, skipped(20));
    for known in (40..=400).step_by(20) {
        let (told, looked, renewed) = tokio::join!(
            one.move_on(&CHAT, known, subjects::CHAT_FILLER),
            other.go_past(&CHAT, known - 5, subjects::CHAT_FILLER),
            other.renew(&CHAT, known),
        );
        told.unwrap();
        looked.unwrap();
        renewed.unwrap();
        assert_eq!(hole().await, skipped(known));
    }
}
