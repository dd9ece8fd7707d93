//! A tick is computed beside the async threads: whoever joins meanwhile is in the queue at once.

use broker::{Broker, life::Write};
use contract::{streams::LIFE, subjects::LIFE_ROOMS};
use domain::ticket::Ticket;
use futures_util::{StreamExt, stream};
use webchat_tests::nats::Nats;

use crate::{
    lifecycle::{Worker, anybody, connected, ticket_id, user},
    told::{Told, on_one_thread},
};

/// Some people join between two ticks, so each tick finds another number of them.
const TICK: (&str, &str) = ("MATCH__TICK_MS", "200");
/// Nobody here has a socket.
const LEASE: (&str, &str) = ("MATCH__LEASE_SECS", "600");
/// If a tick held the thread, one join could be on its way at most.
const JOINS_MEANWHILE: usize = 10;
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
    let meanwhile = on_one_thread(async |told| joins_during_the_first_pairing(people, &told).await);
    eprintln!("{meanwhile} joins were acknowledged while {people} people were paired");
    assert!(meanwhile >= JOINS_MEANWHILE, "only {meanwhile}");
}

/// How many joins the stream took between the beginning of the tick that pairs first and its first claim.
async fn joins_during_the_first_pairing(people: usize, told: &Told) -> usize {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let crowd = stream::iter(0..people).map(|_| join(&broker));
    crowd.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    let _worker = Worker::matchmaker(&nats, &[TICK, LEASE]).await;

    let (mut last, mut found, mut joins) = (1, 0.0, 0);
    while no_room_after(&broker, last).await {
        // A tick says at its beginning how many it finds.
        let waiting = told.number("webchat_match_pool_size");
        let leads = told.number("webchat_match_leader") > 0.0;
        if !leads || waiting > found {
            (found, joins) = (waiting, 0);
        } else {
            joins += 1;
        }
        last = join(&broker).await;
    }
    joins
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
