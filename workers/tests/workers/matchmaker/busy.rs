//! A tick is computed beside the async threads: whoever joins meanwhile is in the queue at once.

use std::time::{Duration, Instant};

use broker::{Broker, life::Write};
use contract::{streams::LIFE, subjects::LIFE_ROOMS};
use domain::ticket::Ticket;
use futures_util::{StreamExt, stream};
use webchat_tests::nats::Nats;

use crate::{
    lifecycle::{Worker, anybody, connected, ticket_id, user},
    told::on_one_thread,
};

/// The first tick comes soon after the view is complete.
const TICK: (&str, &str) = ("MATCH__TICK_MS", "200");
/// Nobody here has a socket.
const LEASE: (&str, &str) = ("MATCH__LEASE_SECS", "600");
/// Nobody who joins waits for longer than this share of the computation. If a tick held the thread, whoever joins then would wait
/// for all of it.
const SHARE: f64 = 0.5;
const AT_ONCE: usize = 256;

#[test]
fn joins_are_accepted_while_a_tick_is_computed() {
    joins_are_accepted_beside(3_000);
}

#[test]
#[ignore = "slow: make test-long"]
fn joins_are_accepted_while_a_tick_of_a_hundred_thousand_people_is_computed() {
    joins_are_accepted_beside(100_000);
}

/// The matchmaker, its connection and those who join share one thread: what holds the one holds the others.
fn joins_are_accepted_beside(people: usize) {
    let (longest, pairing) = on_one_thread(async |told| {
        let longest = longest_join_until_the_first_room(people).await;
        let told = |what| told.number(&format!("webchat_match_pairing_seconds_{what}"));
        (longest.as_secs_f64(), told("sum") / told("count"))
    });
    eprintln!(
        "{people} people were paired in {pairing:.2} s; a join took {longest:.3} s at the most"
    );
    assert!(longest < pairing * SHARE, "{longest} s of {pairing} s");
}

/// How long a look for a room and a join have taken at the most, from the beginning of the matchmaker to its first room. What is claimed is not
/// looked at: that is many small steps with the broker.
async fn longest_join_until_the_first_room(people: usize) -> Duration {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let crowd = stream::iter(0..people).map(|_| join(&broker));
    crowd.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    let _worker = Worker::matchmaker(&nats, &[TICK, LEASE]).await;

    let (mut last, mut longest) = (1, Duration::ZERO);
    loop {
        let begun = Instant::now();
        if !no_room_after(&broker, last).await {
            return longest;
        }
        last = join(&broker).await;
        longest = longest.max(begun.elapsed());
    }
}

async fn no_room_after(broker: &Broker, seq: u64) -> bool {
    let room = broker.next(&LIFE, LIFE_ROOMS, seq).await;
    room.expect("a read").is_none()
}

/// Where the stream has put the ticket.
async fn join(broker: &Broker) -> u64 {
    let ticket = Ticket::join(ticket_id(), user(), anybody(), broker.clock().now());
    let write = Write::Ticket(Box::new(ticket), 0);
    broker.commit(&[write]).await.expect("joined")
}
