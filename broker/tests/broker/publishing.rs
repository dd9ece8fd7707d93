use contract::{
    streams::{CHAT, LIFE},
    subjects,
};
use domain::{RoomId, UserId};
use uuid::Uuid;
use webchat_broker::{Publish, PublishError};
use webchat_tests::nats::Nats;

use crate::connected;

#[tokio::test]
async fn the_same_message_sent_twice_is_stored_once() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let publish = Publish::new(subjects::chat(room), "hello").message_id("once");
    let first = broker.publish(publish.clone()).await.unwrap();
    let again = broker.publish(publish).await.unwrap();
    assert!(!first.duplicate);
    assert!(again.duplicate);
    assert_eq!(first.seq, again.seq);
    assert_eq!(broker.stream_state(&CHAT).await.unwrap().last_seq, 1);
}

#[tokio::test]
async fn a_live_copy_tells_its_place_and_the_previous_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let room = RoomId(Uuid::now_v7());
    let mut live = broker
        .subscribe(subjects::live_room_all(room))
        .await
        .unwrap();
    assert!(
        broker
            .last(&CHAT, &subjects::chat(room))
            .await
            .unwrap()
            .is_none()
    );
    for text in ["one", "two"] {
        broker
            .publish(Publish::new(subjects::chat(room), text))
            .await
            .unwrap();
    }
    let (one, two) = (live.next().await.unwrap(), live.next().await.unwrap());
    assert_eq!((one.seq, one.previous_seq), (1, 0));
    assert_eq!((two.seq, two.previous_seq), (2, 1));
    assert_eq!(&two.payload[..], b"two");
    assert!(two.stored_at.is_some());
}

#[tokio::test]
async fn a_replay_holds_one_rooms_messages_in_order_and_knows_what_came_before() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (room, other) = (RoomId(Uuid::now_v7()), RoomId(Uuid::now_v7()));
    for (room, text) in [(room, "a"), (other, "x"), (room, "b"), (room, "c")] {
        broker
            .publish(Publish::new(subjects::chat(room), text))
            .await
            .unwrap();
    }
    let replayed = broker
        .replay(&CHAT, &subjects::chat(room), 2, 100)
        .await
        .unwrap();
    let seqs: Vec<u64> = replayed.iter().map(|record| record.seq).collect();
    assert_eq!(seqs, [3, 4]);
    let before = broker
        .last_before(&CHAT, &subjects::chat(room), 3)
        .await
        .unwrap();
    assert_eq!(before.map(|record| record.seq), Some(1));
    assert!(
        broker
            .last_before(&CHAT, &subjects::chat(room), 1)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        broker
            .replay(&CHAT, &subjects::chat(room), 5, 100)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn of_two_writers_one_wins() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let subject = subjects::life_ticket(UserId(Uuid::now_v7()));
    let publish = |text: &'static str| Publish::new(subject.clone(), text).expecting_last(0);
    let (one, other) = tokio::join!(
        broker.publish(publish("one")),
        broker.publish(publish("other"))
    );
    let lost = [one, other]
        .into_iter()
        .filter(Result::is_err)
        .collect::<Vec<_>>();
    assert!(matches!(lost[..], [Err(PublishError::Conflict)]));
}

#[tokio::test]
async fn a_batch_is_stored_whole_or_not_at_all() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let subject = |_: u8| subjects::life_ticket(UserId(Uuid::now_v7()));
    let (a, b, c) = (subject(0), subject(1), subject(2));
    let entry =
        |subject: &String, expected| Publish::new(subject.clone(), "x").expecting_last(expected);
    broker
        .publish_batch(vec![entry(&a, 0), entry(&b, 0)])
        .await
        .unwrap();
    let failed = broker.publish_batch(vec![entry(&c, 0), entry(&a, 0)]).await;
    assert!(matches!(failed, Err(PublishError::Conflict)), "{failed:?}");
    assert!(broker.last(&LIFE, &c).await.unwrap().is_none());
    assert!(broker.last(&LIFE, &b).await.unwrap().is_some());
}

#[tokio::test]
async fn processes_that_start_at_once_all_find_the_streams_made_and_share_one_epoch() {
    let nats = Nats::start().await;
    let starting = (0..8).map(|_| connected(&nats));
    let mut epochs = Vec::new();
    for broker in futures_util::future::join_all(starting).await {
        epochs.push(broker.stream_state(&CHAT).await.unwrap().epoch);
    }
    epochs.dedup();
    assert_eq!(epochs.len(), 1);
}
