//! What is unread: told to whom it concerns, and with what it was counted of.

use broker::Subscription;
use contract::{
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    live::UserNotice,
    message::Message,
    subjects,
};
use domain::{RoomId, pair::PairKey};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user, next_notice, on_both_databases};

on_both_databases!(
    the_receiver_alone_is_told_what_is_unread,
    the_readers_other_devices_learn_what_is_left_to_read,
    a_count_is_of_the_messages_and_of_the_reading_that_it_names,
);

/// The next notice is of this room, this count up to this message, and this reading. The message.
async fn told(
    notices: &mut Subscription,
    (id, unread, newest): (RoomId, u64, u64),
    read: u64,
) -> Message {
    let UserNotice::Unread {
        room_id,
        count,
        read_seq,
        last_message,
    } = next_notice(notices).await
    else {
        panic!("another notice");
    };
    assert_eq!((room_id, count, last_message.seq), (id, unread, newest));
    assert_eq!(read_seq, Some(read));
    *last_message
}

async fn the_receiver_alone_is_told_what_is_unread(ground: Ground) {
    let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let worker = ground.worker().await;
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, id, TIMING).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    let mut of_ada = ground.notices_of(ada).await;
    let mut of_ben = ground.notices_of(ben).await;
    for expected in 1..=3_u64 {
        let seq = ground
            .send(&a_message(id, ada, &format!("{expected}")))
            .await;
        let last_message = told(&mut of_ben, (id, expected, seq), 0).await;
        assert_eq!(last_message.prev_seq, seq - 1);
        assert_eq!(last_message.text, format!("{expected}"));
    }
    worker.stop().await;
    let silent = tokio::time::timeout(std::time::Duration::from_millis(200), of_ada.next()).await;
    assert!(silent.is_err(), "the sender is told nothing");
}

async fn the_readers_other_devices_learn_what_is_left_to_read(ground: Ground) {
    let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let worker = ground.worker().await;
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, id, TIMING).await.unwrap();
    let first = ground.send(&a_message(id, ada, "one")).await;
    let last = ground.send(&a_message(id, ada, "two")).await;
    ground.until_done(PERSISTENCE_LIFE).await;
    ground.until_done(PERSISTENCE_CHAT).await;
    let mut of_ada = ground.notices_of(ada).await;
    let mut of_ben = ground.notices_of(ben).await;
    for (read, left) in [(first, 1), (last, 0)] {
        ground.read_up_to(id, ben, read).await;
        told(&mut of_ben, (id, left, last), read).await;
    }
    worker.stop().await;
    let silent = tokio::time::timeout(std::time::Duration::from_millis(200), of_ada.next()).await;
    assert!(silent.is_err(), "the other member is told nothing here");
}

async fn a_count_is_of_the_messages_and_of_the_reading_that_it_names(ground: Ground) {
    const MESSAGES: usize = 100;
    let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let worker = ground.worker().await;
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, id, TIMING).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    let mut of_ben = ground.notices_of(ben).await;
    let mut sent = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        sent.push(ground.send(&a_message(id, ada, &number.to_string())).await);
        // So that messages are stored while what is read is told, and the other way round.
        if let Some(before) = number.checked_sub(2) {
            ground.read_up_to(id, ben, sent[before]).await;
        }
    }
    ground.until_done(PERSISTENCE_CHAT).await;
    ground.until_done(PERSISTENCE_RECEIPT).await;
    worker.stop().await;
    let end = serde_json::to_vec(&UserNotice::RoomChanged { room_id: id }).unwrap();
    ground
        .broker
        .publish_core(subjects::live_user(ben), end)
        .await
        .unwrap();
    let mut told = 0;
    while let UserNotice::Unread {
        count,
        read_seq,
        last_message,
        ..
    } = next_notice(&mut of_ben).await
    {
        let (read, last) = (read_seq.unwrap(), last_message.seq);
        let unread = sent.iter().filter(|seq| **seq > read && **seq <= last);
        assert_eq!(count, unread.count() as u64, "of {last}, read up to {read}");
        told += 1;
    }
    assert!(told > 0, "something is told");
}
