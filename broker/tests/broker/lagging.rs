//! What a reader is told while a replica has not heard everything.

use std::time::Duration;

use contract::{streams::CHAT, subjects};
use domain::RoomId;
use uuid::Uuid;
use webchat_broker::Publish;
use webchat_tests::{nats::Nats, replica};

use crate::connected;

/// Enough for a queue group of two to have chosen each.
const READS: usize = 40;

#[tokio::test]
async fn a_reader_learns_the_last_message_before_another_although_a_replica_lacks_it() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let subject = subjects::chat(RoomId(Uuid::now_v7()));
    for text in ["one", "two", "three"] {
        let publish = Publish::new(subject.clone(), text);
        broker.publish(publish).await.unwrap();
    }
    let elsewhere = subjects::chat(RoomId(Uuid::now_v7()));
    replica::that_heard_only(&elsewhere, CHAT.name, async |subject, body| {
        let answer = broker.ask_live(subject, body, Duration::from_secs(5)).await;
        String::from_utf8(answer.unwrap().unwrap().to_vec()).unwrap()
    })
    .await;
    let publish = Publish::new(elsewhere, "the replica begins");
    broker.publish(publish).await.unwrap();

    let mut before = Vec::new();
    let mut is_lagging = false;
    while before.len() < READS || !is_lagging {
        let last = broker.last_before(&CHAT, &subject, 3).await.unwrap();
        before.push(last.map(|record| record.seq));
        let heard = broker.replay(&CHAT, &subject, 1, 100).await.unwrap();
        is_lagging |= heard.is_empty();
    }
    assert!(before.iter().all(|seq| *seq == Some(2)), "{before:?}");
}
