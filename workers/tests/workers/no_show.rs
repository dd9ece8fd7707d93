//! A match that somebody does not come to: whoever came waits on as before.

use std::time::Duration;

use broker::{Broker, life::Write};
use domain::{
    RoomId, Timestamp, UserId,
    matching::Match,
    room::{Input, Phase, Reason, Room},
    ticket::{Gone, Ticket, TicketState},
};
use webchat_tests::nats::Nats;

use crate::{
    countdown::{LIMIT, TIMING, is_ended},
    lifecycle::{
        Worker, anybody, connected, history, room_id, ticket, ticket_id, until_phase, user,
    },
};

/// A matched room with the tickets that made it.
async fn matched(broker: &Broker, joined_at: Timestamp) -> (RoomId, [UserId; 2]) {
    let (id, members) = (room_id(), [user(), user()]);
    let the_match = Match {
        score: 0.25,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
        text_mode: None,
    };
    let room = Room::matched(id, members, the_match, TIMING, broker.clock().now());
    let ticket = |user| {
        let waiting = Ticket::join(ticket_id(), user, anybody(), joined_at);
        let matched = waiting.moved_to(TicketState::Matched { room_id: id });
        Write::Ticket(Box::new(matched), 0)
    };
    let writes = [
        ticket(members[0]),
        ticket(members[1]),
        Write::Room(Box::new(room), 0),
    ];
    broker.commit(&writes).await.expect("a match");
    (id, members)
}

#[tokio::test]
async fn who_came_alone_is_queued_again_with_the_age_it_had() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::countdown(&nats).await;
    let joined_at = Timestamp(1_700_000_000_000);
    let (room, [came, stayed_away]) = matched(&broker, joined_at).await;
    let arrived = Input::Arrived { member: came };
    broker
        .change_room(room, arrived, None)
        .await
        .expect("arrived");
    let ended = until_phase(&broker, room, LIMIT, is_ended).await;
    assert!(matches!(
        ended.phase,
        Phase::Ended {
            reason: Reason::NoShow,
            ..
        }
    ));
    let ticket_of_came = ticket(&broker, came).await;
    assert!(ticket_of_came.is_waiting());
    assert_eq!(ticket_of_came.joined_at, joined_at);
    let other = ticket(&broker, stayed_away).await;
    assert_eq!(other.state, TicketState::Gone { why: Gone::NoShow });
    let history = history(&broker, room).await;
    let ended_at = history.last().expect("an event").1;
    assert!(
        ended_at.since(ended.created_at) >= Duration::from_secs(1),
        "early"
    );
    assert!(
        ended_at.since(ended.created_at) <= Duration::from_secs(2),
        "late"
    );
}

#[tokio::test]
async fn where_nobody_came_nobody_is_queued_again() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::countdown(&nats).await;
    let (room, members) = matched(&broker, Timestamp(1_700_000_000_000)).await;
    until_phase(&broker, room, LIMIT, is_ended).await;
    for member in members {
        let state = ticket(&broker, member).await.state;
        assert_eq!(state, TicketState::Gone { why: Gone::NoShow });
    }
}
