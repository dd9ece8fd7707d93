//! Who waits is named to the matchmaker, whatever else is slow.

use std::time::Duration;

use contract::{streams::LIFE, subjects::LIFE_LEASES};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use webchat_tests::replica::Silent;

use crate::{
    socket::Socket,
    world::{Person, World},
};

/// A reading of tickets is not given up before the end of the test.
const SLOW: (&str, &str) = ("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "60000");
/// Leases are renewed every ten seconds; the rest is for a busy machine.
const WITHIN: Duration = Duration::from_secs(40);

/// A lease that was published at this sequence or later names the person.
async fn named_since(world: &World, person: &Person, since: u64) {
    let mut from = since;
    loop {
        match world.broker.next(&LIFE, LIFE_LEASES, from).await.unwrap() {
            Some(lease) if String::from_utf8_lossy(&lease.payload).contains(&person.id) => return,
            Some(lease) => from = lease.seq + 1,
            None => sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn last_lease(world: &World) -> u64 {
    let last = world.broker.last(&LIFE, LIFE_LEASES).await.unwrap();
    last.map_or(0, |lease| lease.seq)
}

/// The stream leaves direct gets to others.
async fn answers_no_direct_get(world: &World) {
    let ask = async |what: &str, body: String| {
        let subject = format!("$JS.API.STREAM.{what}.{}", LIFE.name);
        let answer = world.broker.ask_live(subject, body, WITHIN).await;
        serde_json::from_slice::<Value>(&answer.unwrap().unwrap()).unwrap()
    };
    let mut config = ask("INFO", String::new()).await["config"].take();
    config["allow_direct"] = json!(false);
    let updated = ask("UPDATE", config.to_string()).await;
    assert_eq!(updated["error"], Value::Null);
}

#[tokio::test]
async fn leases_are_renewed_and_newcomers_named_while_tickets_are_read_without_an_answer() {
    let world = World::without_workers(&[SLOW]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_anns, _) = Socket::notifications(world.client(), &ann).await;
    let (_bens, _) = Socket::notifications(world.client(), &ben).await;
    world.post(&ann, "/match/queue").await.expect(202);
    named_since(&world, &ann, 1).await;

    answers_no_direct_get(&world).await;
    let mut replica = Silent::begin(world.nats.port(), LIFE.name).await;
    timeout(WITHIN, replica.asked())
        .await
        .expect("tickets are read");
    let since = last_lease(&world).await + 1;
    let named = async {
        world.post(&ben, "/match/queue").await.expect(202);
        named_since(&world, &ben, since).await;
        named_since(&world, &ann, since).await;
    };
    timeout(WITHIN, named).await.expect("both are named");
}
