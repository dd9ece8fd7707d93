//! A tick is computed beside the async threads: whoever joins meanwhile is in the queue at once.

use std::time::{Duration, Instant};

use broker::{Broker, life::Write};
use domain::ticket::Ticket;
use futures_util::{StreamExt, stream};
use webchat_tests::nats::Nats;

use crate::{
    lifecycle::{Worker, anybody, connected, ticket_id, user},
    told::{Told, on_one_thread},
};

/// The first tick comes soon after the view is complete.
const TICK: (&str, &str) = ("MATCH__TICK_MS", "200");
/// Nobody here has a socket.
const LEASE: (&str, &str) = ("MATCH__LEASE_SECS", "600");
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

/// The matchmaker, its connection and those who join share one thread: what holds the one holds the others. If a tick held it,
/// nobody's join could both begin and end while the tick is computed.
fn joins_are_accepted_beside(people: usize) {
    let (joins, tick) = on_one_thread(async |told| {
        let joins = joins_until_the_first_tick_is_over(people, &told).await;
        let tick = told.number("webchat_match_pairing_seconds_sum");
        (joins, Duration::from_secs_f64(tick))
    });
    let begun = joins.last().expect("a join").over - tick;
    let taken = joins.iter().filter(|join| join.begun >= begun).count();
    eprintln!("{people} people were paired in {tick:.2?}; {taken} joins were taken meanwhile");
    assert!(taken > 0, "of {} joins", joins.len());
}

struct Join {
    begun: Instant,
    over: Instant,
}

/// Each join that began between the beginning of the matchmaker and the end of its first tick.
async fn joins_until_the_first_tick_is_over(people: usize, told: &Told) -> Vec<Join> {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let crowd = stream::iter(0..people).map(|_| join(&broker));
    crowd.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    let _worker = Worker::matchmaker(&nats, &[TICK, LEASE]).await;

    let mut joins = Vec::new();
    while told.number("webchat_match_pairing_seconds_count") == 0.0 {
        let begun = Instant::now();
        join(&broker).await;
        let over = Instant::now();
        joins.push(Join { begun, over });
    }
    joins
}

async fn join(broker: &Broker) {
    let ticket = Ticket::join(ticket_id(), user(), anybody(), broker.clock().now());
    let write = Write::Ticket(Box::new(ticket), 0);
    broker.commit(&[write]).await.expect("joined");
}
