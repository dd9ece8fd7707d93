//! Timers: never early, at most a second late, one outcome, whatever dies.

use std::time::Duration;

use broker::{Broker, Publish, life::Write};
use contract::{consumers::COUNTDOWN_ROOMS, streams::DLQ, subjects};
use domain::{
    RoomId, Timestamp, UserId,
    matching::Match,
    room::{Input, Phase, Reason, Room, Timing, Vote},
    ticket::{Gone, Ticket, TicketState},
};
use webchat_tests::nats::Nats;

use crate::lifecycle::{
    Worker, anybody, connected, eventually, history, key_of, room_id, ticket_id, until_phase, user,
};

const TIMING: Timing = Timing {
    countdown_ms: 1_000,
    notification_ms: 1_000,
    no_show_ms: 1_000,
    extension_ms: 1_000,
    extensions_max: 10,
};
const LIMIT: Duration = Duration::from_secs(10);

/// A direct room whose countdown runs.
async fn started(broker: &Broker, timing: Timing) -> (RoomId, [UserId; 2]) {
    let members = [user(), user()];
    let key = key_of(members[0], members[1]);
    let room = broker
        .open_room(key, room_id(), timing)
        .await
        .expect("a room")
        .room
        .id;
    let start = Input::Start { by: members[0] };
    broker
        .change_room(room, start, None)
        .await
        .expect("started");
    (room, members)
}

/// Each change that a timer made was stored at its deadline or within `late` of it.
fn assert_in_time(history: &[(Room, Timestamp)], late: Duration) {
    for step in history.windows(2) {
        let (before, (after, stored_at)) = (&step[0].0, &step[1]);
        if let (Some(deadline), true) = (before.deadline(), after.deadline() != before.deadline())
            && !matches!(before.phase, Phase::Idle { .. })
        {
            assert!(
                *stored_at >= deadline.at,
                "early: {stored_at} for {}",
                deadline.at
            );
            assert!(
                stored_at.since(deadline.at) <= late,
                "late: {stored_at} for {}",
                deadline.at
            );
        }
    }
}

fn names(history: &[(Room, Timestamp)]) -> Vec<&'static str> {
    history
        .iter()
        .map(|(room, _)| room.phase.state().name())
        .collect()
}

fn is_ended(phase: &Phase) -> bool {
    matches!(phase, Phase::Ended { .. })
}

#[tokio::test]
async fn a_room_goes_through_its_phases_at_their_times() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let worker = Worker::countdown(&nats).await;
    let (room, _) = started(&broker, TIMING).await;
    let ended = until_phase(&broker, room, LIMIT, is_ended).await;
    assert!(matches!(
        ended.phase,
        Phase::Ended {
            reason: Reason::NotKept,
            by: None,
            ..
        }
    ));
    let history = history(&broker, room).await;
    assert_eq!(
        names(&history),
        ["idle", "countdown", "notification", "ended"]
    );
    assert_in_time(&history, Duration::from_secs(1));
    worker.stop().await;
}

#[tokio::test]
async fn two_workers_at_once_make_one_outcome_each() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _workers = (
        Worker::countdown(&nats).await,
        Worker::countdown(&nats).await,
    );
    let mut rooms = Vec::new();
    for _ in 0..30 {
        rooms.push(started(&broker, TIMING).await.0);
    }
    for room in &rooms {
        until_phase(&broker, *room, LIMIT, is_ended).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    for room in rooms {
        let history = history(&broker, room).await;
        assert_eq!(
            names(&history),
            ["idle", "countdown", "notification", "ended"]
        );
        assert_in_time(&history, Duration::from_secs(1));
    }
}

#[tokio::test]
async fn an_event_whose_worker_died_before_setting_the_timer_gets_it_from_another() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let mut dying = broker.consume(COUNTDOWN_ROOMS).await.expect("a consumer");
    let (room, _) = started(&broker, TIMING).await;
    let in_work = [dying.next().await, dying.next().await];
    drop((in_work, dying));
    let _worker = Worker::countdown(&nats).await;
    until_phase(&broker, room, LIMIT, is_ended).await;
    let history = history(&broker, room).await;
    assert_eq!(
        names(&history),
        ["idle", "countdown", "notification", "ended"]
    );
    assert_in_time(&history, COUNTDOWN_ROOMS.ack_wait + Duration::from_secs(1));
}

#[tokio::test]
async fn a_worker_that_dies_at_any_time_leaves_the_timers_to_the_next() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let first = Worker::countdown(&nats).await;
    let (room, _) = started(&broker, TIMING).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    first.abort();
    let _second = Worker::countdown(&nats).await;
    until_phase(&broker, room, LIMIT, is_ended).await;
    let history = history(&broker, room).await;
    assert_eq!(
        names(&history),
        ["idle", "countdown", "notification", "ended"]
    );
    assert_in_time(&history, Duration::from_secs(3));
}

#[tokio::test]
async fn a_timer_outlives_the_broker_and_fires_at_once_when_it_is_due_by_then() {
    let mut nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::countdown(&nats).await;
    let due_meanwhile = started(&broker, TIMING).await.0;
    let due_later = started(
        &broker,
        Timing {
            countdown_ms: 6_000,
            ..TIMING
        },
    )
    .await
    .0;
    tokio::time::sleep(Duration::from_millis(500)).await;
    nats.kill9();
    tokio::time::sleep(Duration::from_secs(2)).await;
    nats.restart().await;
    let restarted = std::time::Instant::now();
    until_phase(&broker, due_meanwhile, LIMIT, |phase| {
        !matches!(phase, Phase::Countdown { .. })
    })
    .await;
    assert!(
        restarted.elapsed() < Duration::from_secs(3),
        "after {:?}",
        restarted.elapsed()
    );
    for room in [due_meanwhile, due_later] {
        until_phase(&broker, room, LIMIT * 2, is_ended).await;
        let history = history(&broker, room).await;
        assert_eq!(
            names(&history),
            ["idle", "countdown", "notification", "ended"]
        );
        assert_in_time(&history, Duration::from_secs(5));
    }
}

#[tokio::test]
async fn both_keeping_ends_the_countdown_for_good() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::countdown(&nats).await;
    let (room, members) = started(&broker, TIMING).await;
    for by in members {
        let vote = Input::Vote {
            by,
            vote: Vote::Keep,
        };
        broker.change_room(room, vote, None).await.expect("a vote");
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(
        names(&history(&broker, room).await),
        ["idle", "countdown", "countdown", "kept"]
    );
}

/// A matched room with the tickets that made it.
async fn matched(broker: &Broker, joined_at: Timestamp) -> (RoomId, [UserId; 2]) {
    let (id, members) = (room_id(), [user(), user()]);
    let the_match = Match {
        score: 0.25,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
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

async fn ticket(broker: &Broker, user: UserId) -> Ticket {
    broker
        .ticket(user)
        .await
        .expect("a read")
        .expect("a ticket")
        .value
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

#[tokio::test]
async fn an_unreadable_event_goes_to_the_dead_letters_and_the_others_are_served() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::countdown(&nats).await;
    let poison = Publish::new(subjects::life_room(room_id()), "poison");
    broker.publish(poison).await.expect("an ack");
    let poison = Publish::new(subjects::life_due(room_id()), "poison");
    broker.publish(poison).await.expect("an ack");
    let (room, _) = started(&broker, TIMING).await;
    until_phase(&broker, room, LIMIT, is_ended).await;
    for consumer in ["countdown-rooms", "countdown-due"] {
        eventually("the dead letter", LIMIT, || async {
            broker
                .last(&DLQ, &subjects::dlq(consumer))
                .await
                .expect("a read")
        })
        .await;
    }
}
