use contract::{
    consumers::PERSISTENCE_CHAT,
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
