//! Two thousand people want to meet somebody at the same moment.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use contract::api::TicketViewState;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use crate::{client::Person, jetstream, matching_record::Record, promised, roles::Roles};

const PEOPLE: usize = 2_000;
/// Requests on their way at the same time.
const AT_ONCE: usize = 200;
/// From the first request to the last room.
const PROMISED: Duration = Duration::from_secs(5);
/// For telling how long it took where it takes too long.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: make test-long"]
async fn two_thousand_people_who_join_at_once_are_all_in_a_room_within_five_seconds() {
    let roles = Roles::start(&[
        ("WEBCHAT__MATCH__TICK_MS", "1000"),
        // Nobody here has a socket, and nobody comes to a room.
        ("WEBCHAT__MATCH__LEASE_SECS", "600"),
        ("WEBCHAT__ROOM__NO_SHOW_SECS", "600"),
    ])
    .await;
    let url = roles.url("gateway");
    let people = stream::iter(0..PEOPLE).map(|_| Person::join(&url));
    let people: Vec<Person> = people.buffer_unordered(AT_ONCE).collect().await;
    let broker = jetstream::connect(&roles.nats.url()).await;

    let begun = Instant::now();
    let joins = stream::iter(&people).for_each_concurrent(AT_ONCE, async |person| {
        person.queue().await;
    });
    joins.await;
    let joined = begun.elapsed();
    let record = loop {
        let record = Record::read(&broker).await;
        if record.tickets.len() == PEOPLE && record.waiting().is_empty() {
            break record;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{} wait",
            record.waiting().len()
        );
        sleep(Duration::from_millis(50)).await;
    };
    let took = begun.elapsed();
    eprintln!("{PEOPLE} people joined within {joined:.1?} and were all in a room after {took:.1?}");

    record.check_agreement();
    assert_eq!(record.matches, PEOPLE / 2);
    let mut rooms = HashMap::new();
    let tickets = stream::iter(&people).map(Person::ticket);
    let tickets: Vec<_> = tickets.buffer_unordered(AT_ONCE).collect().await;
    for ticket in tickets {
        assert_eq!(ticket.state, TicketViewState::Matched);
        *rooms.entry(ticket.room_id).or_insert(0) += 1;
    }
    assert!(rooms.values().all(|members| *members == 2));
    assert!(took < promised(PROMISED), "{took:?}");
}
