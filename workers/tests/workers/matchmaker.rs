//! Matches: everybody who can be matched is, nobody twice, nobody with whom they must not meet.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use broker::{Broker, PublishError, life::Write};
use contract::{streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    matching::Features,
    pair::{self, PairKey},
    room::{Room, Timing},
    ticket::{DEFAULT_POOL, Gone, Ticket, TicketState},
};
use webchat_tests::nats::Nats;

use crate::lifecycle::{
    Worker, anybody, connected, eventually, key_of, room_id, room_of, ticket_id, user,
};

const QUICK: (&str, &str) = ("MATCH__TICK_MS", "20");
const LIMIT: Duration = Duration::from_secs(15);
/// Long enough for many ticks.
const A_WHILE: Duration = Duration::from_millis(1_500);

async fn join(broker: &Broker, user: UserId, features: Features) -> u64 {
    let ticket = Ticket::join(ticket_id(), user, features, broker.clock().now());
    broker
        .commit(&[Write::Ticket(Box::new(ticket), 0)])
        .await
        .expect("joined")
}

async fn two_join(broker: &Broker, one: Features, other: Features) -> [UserId; 2] {
    let users = [user(), user()];
    join(broker, users[0], one).await;
    join(broker, users[1], other).await;
    users
}

async fn state(broker: &Broker, user: UserId) -> TicketState {
    broker
        .ticket(user)
        .await
        .expect("a read")
        .expect("a ticket")
        .value
        .state
}

async fn until_matched(broker: &Broker, user: UserId, limit: Duration) -> RoomId {
    eventually("a match", limit, || async {
        broker.ticket(user).await.ok()??.value.matched_room()
    })
    .await
}

async fn assert_never_matched(broker: &Broker, users: [UserId; 2]) {
    tokio::time::sleep(A_WHILE).await;
    for user in users {
        assert_eq!(state(broker, user).await, TicketState::Waiting);
    }
}

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

async fn block(broker: &Broker, key: PairKey, by: UserId, on: bool) {
    let input = pair::Input::Block { by, on };
    broker.change_pair(key, input).await.expect("a block");
}

#[tokio::test]
async fn who_blocks_the_other_is_never_matched_with_them_until_it_is_taken_back() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (one, other) = (user(), user());
    block(&broker, key_of(one, other), one, true).await;
    join(&broker, one, anybody()).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    join(&broker, other, anybody()).await;
    assert_never_matched(&broker, [one, other]).await;
    block(&broker, key_of(one, other), one, false).await;
    until_matched(&broker, one, LIMIT).await;
}

#[tokio::test]
async fn who_blocks_the_other_while_both_wait_is_not_matched_with_them() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    // Only a wish keeps them apart at first, so that both are waiting when the block comes.
    let wants_men = Features {
        preferred_genders: vec!["man".to_owned()],
        ..anybody()
    };
    let [one, other] = two_join(&broker, wants_men, anybody()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let key = key_of(one, other);
    block(&broker, key, other, true).await;
    let waiting = broker.ticket(one).await.unwrap().unwrap();
    let wishes_nothing = Ticket {
        features: anybody(),
        ..waiting.value.clone()
    };
    let write = waiting.becomes(wishes_nothing);
    broker.commit(&[write]).await.expect("saved");
    assert_never_matched(&broker, [one, other]).await;
    block(&broker, key, other, false).await;
    until_matched(&broker, one, LIMIT).await;
}

#[tokio::test]
async fn who_has_reported_the_other_is_never_matched_with_them_again() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    for side in 0..2 {
        let users = [user(), user()];
        let key = key_of(users[0], users[1]);
        let report = pair::Input::Report { by: users[side] };
        broker.change_pair(key, report).await.expect("a report");
        // Neither a block nor its end takes the report away.
        block(&broker, key, users[side], true).await;
        block(&broker, key, users[side], false).await;
        for user in users {
            join(&broker, user, anybody()).await;
        }
        assert_never_matched(&broker, users).await;
        for user in users {
            leave(&broker, user).await.expect("left");
        }
    }
}

#[tokio::test]
async fn who_met_recently_is_matched_again_only_when_the_time_is_over() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let recent = ("MATCH__RECENT_PARTNER_SECS", "4");
    let _worker = Worker::matchmaker(&nats, &[QUICK, recent]).await;
    let [one, other] = two_join(&broker, anybody(), anybody()).await;
    let first = until_matched(&broker, one, LIMIT).await;
    let met_at = broker.room(first).await.unwrap().unwrap().value.created_at;
    let leave = domain::room::Input::Leave { by: one };
    broker.change_room(first, leave, None).await.expect("left");
    for user in [one, other] {
        let seq = broker.ticket(user).await.unwrap().unwrap().seq;
        let ticket = Ticket::join(ticket_id(), user, anybody(), broker.clock().now());
        broker
            .commit(&[Write::Ticket(Box::new(ticket), seq)])
            .await
            .expect("joined again");
    }
    let second = until_matched(&broker, one, LIMIT).await;
    assert_ne!(first, second);
    let met_again_at = broker.room(second).await.unwrap().unwrap().value.created_at;
    assert!(met_again_at.since(met_at) >= Duration::from_secs(4));
}

#[tokio::test]
async fn who_shares_an_open_room_is_not_given_a_second_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let (one, other) = (user(), user());
    let timing = Timing {
        countdown_ms: 1,
        notification_ms: 1,
        no_show_ms: 1,
        extension_ms: 1,
        extensions_max: 1,
    };
    broker
        .open_room(key_of(one, other), room_id(), timing)
        .await
        .expect("a room");
    join(&broker, one, anybody()).await;
    join(&broker, other, anybody()).await;
    assert_never_matched(&broker, [one, other]).await;
    let third = user();
    join(&broker, third, anybody()).await;
    until_matched(&broker, third, LIMIT).await;
}

#[tokio::test]
async fn a_wish_counts_whoever_has_it() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let wants_men = Features {
        preferred_genders: vec!["man".to_owned()],
        ..anybody()
    };
    let wants_older = Features {
        age_min: Some(40),
        ..anybody()
    };
    let minor = Features {
        age: 17,
        ..anybody()
    };
    for (one, other) in [
        (wants_men.clone(), anybody()),
        (anybody(), wants_men),
        (wants_older.clone(), anybody()),
        (anybody(), wants_older),
        (minor, anybody()),
    ] {
        let users = two_join(&broker, one, other).await;
        assert_never_matched(&broker, users).await;
        for user in users {
            leave(&broker, user).await.expect("left");
        }
    }
}

/// Leaves the queue as a gateway does: by compare-and-set on what it read.
async fn leave(broker: &Broker, user: UserId) -> Result<u64, PublishError> {
    let current = broker
        .ticket(user)
        .await
        .expect("a read")
        .expect("a ticket");
    if !current.value.is_waiting() {
        return Err(PublishError::Conflict);
    }
    let gone = current
        .value
        .moved_to(TicketState::Gone { why: Gone::Left });
    broker
        .commit(&[Write::Ticket(Box::new(gone), current.seq)])
        .await
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
