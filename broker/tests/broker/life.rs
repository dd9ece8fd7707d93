use contract::{streams::LIFE, subjects};
use domain::{
    RoomId, TicketId, UserId,
    matching::{Features, Match},
    pair::{self, PairKey},
    room::{Input, Phase, Refused, Room, RoomState, Timing, Vote},
    ticket::{Gone, Ticket, TicketState},
};
use uuid::Uuid;
use webchat_broker::{
    Broker, PublishError,
    life::{ChangeError, Write},
};
use webchat_tests::nats::Nats;

use crate::connected;

const TIMING: Timing = Timing {
    countdown_ms: 300_000,
    notification_ms: 30_000,
    no_show_ms: 500,
    extension_ms: 20_000,
    extensions_max: 10,
};

fn two() -> (UserId, UserId, PairKey) {
    let (one, other) = (UserId(Uuid::now_v7()), UserId(Uuid::now_v7()));
    (one, other, PairKey::of(one, other).unwrap())
}

fn room_id() -> RoomId {
    RoomId(Uuid::now_v7())
}

#[tokio::test]
async fn two_who_open_a_room_at_once_get_the_same_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (_, _, key) = two();
    let (one, other) = tokio::join!(
        broker.open_room(key, room_id(), TIMING),
        broker.open_room(key, room_id(), TIMING)
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.room.id, other.room.id);
    assert_ne!(one.created, other.created);
}

#[tokio::test]
async fn both_keeping_at_once_keeps_the_room_and_the_pair_remembers_it() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (one, other, key) = two();
    let room = broker
        .open_room(key, room_id(), TIMING)
        .await
        .unwrap()
        .room
        .id;
    broker
        .change_room(room, Input::Start { by: one }, None)
        .await
        .unwrap();
    let vote = |by| {
        broker.change_room(
            room,
            Input::Vote {
                by,
                vote: Vote::Keep,
            },
            None,
        )
    };
    let (first, second) = tokio::join!(vote(one), vote(other));
    first.unwrap();
    second.unwrap();
    let state = broker.room(room).await.unwrap().unwrap().value;
    assert_eq!(state.phase.state(), RoomState::Kept);
    assert_eq!(broker.pair(key).await.unwrap().value.reveal_level, 2);
    let refused = broker
        .change_room(room, Input::Start { by: one }, None)
        .await;
    assert!(matches!(
        refused,
        Err(ChangeError::Refused(Refused::RoomKept))
    ));
}

#[tokio::test]
async fn a_block_ends_the_open_room_and_there_is_no_new_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (one, _, key) = two();
    let room = broker
        .open_room(key, room_id(), TIMING)
        .await
        .unwrap()
        .room
        .id;
    broker
        .change_pair(key, pair::Input::Block { by: one, on: true })
        .await
        .unwrap();
    assert!(broker.room(room).await.unwrap().unwrap().value.is_ended());
    let again = broker.open_room(key, room_id(), TIMING).await;
    assert!(matches!(
        again,
        Err(ChangeError::PairRefused(pair::Refused::Blocked))
    ));
}

#[tokio::test]
async fn a_no_show_frees_both_tickets_with_the_room() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (one, other, key) = two();
    let now = broker.clock().now();
    let room = Room::matched(room_id(), key.members(), a_match(), TIMING, now);
    let matched = |user| {
        let ticket = Ticket::join(TicketId(Uuid::now_v7()), user, Features::default(), now);
        Box::new(ticket.moved_to(TicketState::Matched { room_id: room.id }))
    };
    let writes = [
        Write::Ticket(matched(one), 0),
        Write::Ticket(matched(other), 0),
        Write::Room(Box::new(room.clone()), 0),
    ];
    broker.commit(&writes).await.unwrap();
    broker
        .change_room(room.id, Input::Arrived { member: one }, None)
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let timer = Input::Timer(room.deadline().unwrap());
    broker.change_room(room.id, timer, None).await.unwrap();
    let ended = broker.room(room.id).await.unwrap().unwrap().value;
    assert!(matches!(ended.phase, Phase::Ended { .. }));
    let absent = broker.ticket(other).await.unwrap().unwrap().value;
    assert_eq!(absent.state, TicketState::Gone { why: Gone::NoShow });
    let came = broker.ticket(one).await.unwrap().unwrap().value;
    assert!(came.is_waiting());
    assert_eq!(came.joined_at, now);
}

#[tokio::test]
async fn a_ticket_that_left_stays_gone_when_the_time_of_its_last_event_is_over() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (ticket, joined) = waits(&broker).await;
    let leaves = ticket.moved_to(TicketState::Gone { why: Gone::Left });
    let left = broker
        .commit(&[Write::Ticket(Box::new(leaves), joined)])
        .await
        .unwrap();
    let subject = subjects::life_ticket(ticket.user_id);
    let events = broker.replay(&LIFE, &subject, 1, 10).await.unwrap();
    let kept: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(kept, [left], "nothing is behind it");
    // What the server does when the hour is over.
    broker.purge(&LIFE, &subject, 0).await.unwrap();
    assert_eq!(broker.ticket(ticket.user_id).await.unwrap(), None);
    let again = Write::Ticket(Box::new(ticket), 0);
    broker.commit(&[again]).await.unwrap();
}

#[tokio::test]
async fn of_two_claims_of_one_person_one_wins_whole() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    for _ in 0..20 {
        let ada = waits(&broker).await;
        let (ben, cleo) = (waits(&broker).await, waits(&broker).await);
        let (with_ben, with_cleo) = (claim(&ada, &ben), claim(&ada, &cleo));
        let (one, other) = tokio::join!(broker.commit(&with_ben.1), broker.commit(&with_cleo.1));
        assert!(
            matches!(
                (&one, &other),
                (Ok(_), Err(PublishError::Conflict)) | (Err(PublishError::Conflict), Ok(_))
            ),
            "{one:?} {other:?}"
        );
        let (made, not_made, left) = match one {
            Ok(_) => (with_ben.0, with_cleo.0, cleo),
            Err(_) => (with_cleo.0, with_ben.0, ben),
        };
        let ticket = async |user| broker.ticket(user).await.unwrap().unwrap().value;
        let matched = TicketState::Matched { room_id: made };
        assert_eq!(ticket(ada.0.user_id).await.state, matched);
        assert!(ticket(left.0.user_id).await.is_waiting());
        assert!(broker.room(made).await.unwrap().is_some());
        assert!(broker.room(not_made).await.unwrap().is_none());
    }
}

/// Somebody's ticket and its sequence.
async fn waits(broker: &Broker) -> (Ticket, u64) {
    let user = UserId(Uuid::now_v7());
    let now = broker.clock().now();
    let ticket = Ticket::join(TicketId(Uuid::now_v7()), user, Features::default(), now);
    let write = Write::Ticket(Box::new(ticket.clone()), 0);
    (ticket, broker.commit(&[write]).await.unwrap())
}

/// A room for two who wait, and the batch that makes it.
fn claim(one: &(Ticket, u64), other: &(Ticket, u64)) -> (RoomId, [Write; 3]) {
    let members = [one.0.user_id, other.0.user_id];
    let room = Room::matched(room_id(), members, a_match(), TIMING, one.0.joined_at);
    let room_id = room.id;
    let ticket = |(ticket, seq): &(Ticket, u64)| {
        let matched = TicketState::Matched { room_id };
        Write::Ticket(Box::new(ticket.clone().moved_to(matched)), *seq)
    };
    let writes = [ticket(one), ticket(other), Write::Room(Box::new(room), 0)];
    (room_id, writes)
}

fn a_match() -> Match {
    Match {
        score: 0.5,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
        text_mode: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_rooms_opened_at_once_are_all_opened() {
    let nats = Nats::start().await;
    let mut openings = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let broker = connected(&nats).await;
        for _ in 0..100 {
            let broker = broker.clone();
            openings.spawn(async move {
                let (_, _, key) = two();
                broker.open_room(key, room_id(), TIMING).await
            });
        }
    }
    let opened = openings.join_all().await;
    let failed: Vec<_> = opened.iter().filter_map(|o| o.as_ref().err()).collect();
    assert!(
        failed.is_empty(),
        "{} failed: {:?}",
        failed.len(),
        failed.first()
    );
}
