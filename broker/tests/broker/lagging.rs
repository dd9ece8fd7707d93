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
async fn a_reader_misses_nothing_that_a_replica_lacks() {
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

    let (mut reads, mut is_lagging) = (0, false);
    while reads < READS || !is_lagging {
        let last = broker.last_before(&CHAT, &subject, 3).await.unwrap();
        assert_eq!(last.map(|record| record.seq), Some(2));
        let all = broker.replay(&CHAT, &subject, 1, 100).await.unwrap();
        let seqs: Vec<u64> = all.iter().map(|record| record.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        let subjects = std::slice::from_ref(&subject);
        let as_it_is = broker.last_of_each(&CHAT, subjects, 3).await.unwrap();
        is_lagging |= as_it_is.is_empty();
        reads += 1;
    }
}
