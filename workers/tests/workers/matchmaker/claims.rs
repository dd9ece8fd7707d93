//! Everybody who can be matched is, nobody twice, and nobody who has left.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use broker::{Broker, PublishError, life::Write};
use contract::{streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    room::Room,
    ticket::{DEFAULT_POOL, Ticket, TicketState},
};
use webchat_tests::nats::Nats;

use super::{A_WHILE, LIMIT, QUICK, join, leave, state, two_join, until_matched};
use crate::lifecycle::{Worker, anybody, connected, key_of, room_of, ticket_id, user};

/// All rooms that were ever made.
async fn all_rooms(broker: &Broker) -> HashMap<RoomId, Room> {
    let records = broker
        .replay(&LIFE, subjects::LIFE_ROOMS, 1, 10_000)
        .await
        .expect("a replay");
    records
        .iter()
        .map(room_of)
        .map(|room| (room.id, room))
        .collect()
}

/// Nobody is in two rooms; says in which room each is.
fn room_of_each(rooms: &HashMap<RoomId, Room>) -> HashMap<UserId, RoomId> {
    let mut found = HashMap::new();
    for room in rooms.values() {
        for member in room.members {
            assert_eq!(
                found.insert(member, room.id),
                None,
                "matched twice: {member}"
            );
        }
    }
    found
}

#[tokio::test]
async fn two_matchmakers_that_both_believe_to_lead_match_everybody_once() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _workers = (
        Worker::matchmaker(&nats, &[QUICK]).await,
        Worker::matchmaker(&nats, &[QUICK]).await,
    );
    // Without the heartbeat each takes the lead, while the other notices its loss only later.
    let takes_the_lead_away = broker.clone();
    let meddler = tokio::spawn(async move {
        loop {
            let heartbeat = subjects::life_leader(DEFAULT_POOL);
            takes_the_lead_away
                .purge(&LIFE, &heartbeat, 0)
                .await
                .expect("a purge");
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    });
    let users: Vec<UserId> = (0..200).map(|_| user()).collect();
    for user in &users {
        join(&broker, *user, anybody()).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for user in &users {
        until_matched(&broker, *user, LIMIT).await;
    }
    meddler.abort();
    let rooms = all_rooms(&broker).await;
    let room_of_each = room_of_each(&rooms);
    assert_eq!(rooms.len(), 100);
    for user in users {
        let room_id = room_of_each[&user];
        assert_eq!(state(&broker, user).await, TicketState::Matched { room_id });
        let peer = rooms[&room_id].peer_of(user).expect("a member");
        let pair = broker.pair(key_of(user, peer)).await.expect("a pair").value;
        assert_eq!(pair.room, Some(room_id));
    }
}

#[tokio::test]
async fn a_waiting_crowd_is_matched_in_few_batches() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let mut writes = Vec::new();
    let users: Vec<UserId> = (0..200).map(|_| user()).collect();
    for user in &users {
        let ticket = Ticket::join(ticket_id(), *user, anybody(), broker.clock().now());
        writes.push(Write::Ticket(Box::new(ticket), 0));
    }
    broker.commit(&writes).await.expect("joined");
    let _worker = Worker::matchmaker(&nats, &[]).await;
    for user in &users {
        until_matched(&broker, *user, LIMIT).await;
    }
    let rooms = all_rooms(&broker).await;
    assert_eq!(room_of_each(&rooms).len(), 200);
    assert!(rooms.values().all(|room| {
        room.the_match()
            .is_some_and(|found| !found.reasons.is_empty())
    }));
}

#[tokio::test]
async fn who_left_the_queue_in_the_last_moment_is_in_no_room() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[("MATCH__TICK_MS", "10")]).await;
    let (mut left, mut matched) = (HashSet::new(), HashSet::new());
    for round in 0..120 {
        let users = two_join(&broker, anybody(), anybody()).await;
        tokio::time::sleep(Duration::from_millis(round % 15)).await;
        match leave(&broker, users[0]).await {
            Ok(_) => left.insert(users[0]),
            Err(PublishError::Conflict) => matched.insert(users[0]),
            Err(error) => panic!("{error}"),
        };
    }
    tokio::time::sleep(A_WHILE).await;
    let room_of_each = room_of_each(&all_rooms(&broker).await);
    assert!(
        !left.is_empty() && !matched.is_empty(),
        "{} left, {} matched",
        left.len(),
        matched.len()
    );
    assert!(left.iter().all(|user| !room_of_each.contains_key(user)));
    assert!(matched.iter().all(|user| room_of_each.contains_key(user)));
}
