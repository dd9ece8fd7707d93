//! Timers: never early, at most a second late, one outcome, whatever dies.

use std::time::Duration;

use broker::{Broker, Publish};
use contract::{consumers::COUNTDOWN_ROOMS, streams::DLQ, subjects};
use domain::{
    RoomId, Timestamp, UserId,
    room::{Input, Phase, Reason, Room, Timing, Vote},
};
use webchat_tests::nats::Nats;

use crate::lifecycle::{
    Worker, connected, eventually, history, key_of, room_id, until_phase, user,
};

pub const TIMING: Timing = Timing {
    countdown_ms: 1_000,
    notification_ms: 1_000,
    no_show_ms: 1_000,
    extension_ms: 1_000,
    extensions_max: 10,
};
pub const LIMIT: Duration = Duration::from_secs(10);

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

pub fn is_ended(phase: &Phase) -> bool {
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
