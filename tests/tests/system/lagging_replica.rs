//! A replica that has not heard the newest from its leader answers reads, too.

use std::time::Duration;

use broker::{Broker, BrokerOptions, Publish};
use contract::{streams::CHAT, subjects};
use domain::RoomId;
use futures_util::future::join_all;
use uuid::Uuid;
use webchat_tests::{nats_cluster::NatsCluster, proxy::Link};

use crate::{eventually, jetstream};

const QUESTIONS: usize = 20;

#[tokio::test]
async fn what_a_lagging_replica_lacks_is_never_taken_for_the_end() {
    let mut cluster = NatsCluster::start().await;
    let everywhere = connect(&cluster.urls()).await;
    everywhere.ensure_streams().await.expect("the streams");
    let subject = subjects::chat(RoomId(Uuid::now_v7()));
    let first = say(&everywhere, &subject).await;
    let leader = jetstream::leader(&everywhere, &CHAT).await;
    let leader = cluster.named(&leader).expect("a node of the cluster");
    let lagging = (leader + 1) % cluster.len();
    let at_leader = connect(&cluster.node(leader).url()).await;
    let at_lagging = connect(&cluster.node(lagging).url()).await;
    let known = eventually("the replica has the first message", async || {
        at_lagging
            .last_before(&CHAT, &subject, first + 1)
            .await
            .ok()?
    })
    .await;
    assert_eq!(known.seq, first);

    cluster.set_routes_of(lagging, Link::HalfOpen);
    let second = say(&at_leader, &subject).await;
    let third = say(&at_leader, &subject).await;
    // Its server asks any replica, so that only some of the questions come to the one beside it.
    let questions = (0..QUESTIONS).map(|_| at_lagging.last_before(&CHAT, &subject, third));
    for answer in join_all(questions).await.into_iter().flatten() {
        let seq = answer.map(|record| record.seq);
        assert_eq!(seq, Some(second), "the truth, or that it cannot tell");
    }

    cluster.set_routes_of(lagging, Link::PLAIN);
    let found = eventually("the replica's server tells again", async || {
        at_lagging.last_before(&CHAT, &subject, third).await.ok()?
    })
    .await;
    assert_eq!(found.seq, second);
}

async fn say(broker: &Broker, subject: &str) -> u64 {
    let publish = || Publish::new(subject.to_owned(), b"{}".to_vec());
    eventually("a message is stored", async || {
        broker.publish(publish()).await.ok()
    })
    .await
    .seq
}

async fn connect(url: &str) -> Broker {
    let options = BrokerOptions {
        url: url.to_owned(),
        user: None,
        root_ca: None,
        name: "test".to_owned(),
        request_timeout: Duration::from_secs(2),
        replicas: 3,
    };
    eventually("a connection to the broker", async || {
        Broker::connect(&options).await.ok()
    })
    .await
}
