//! The broker comes back with an older copy of its files, and others write on the lost sequences before persistence has
//! looked: what SQL knows of a room or of two people counts nevertheless.

use std::time::Duration;

use broker::Broker;
use contract::streams::LIFE;
use domain::{RoomId, room::RoomState};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::{
    client::Person,
    eventually, jetstream,
    lost_tail::{in_sql, people},
    request::is_ready,
    roles::Roles,
};

#[tokio::test]
async fn an_outcome_whose_sequence_was_given_to_others_is_put_back_before_anybody_is_served() {
    let mut roles = Roles::start(&[]).await;
    let (ada, ben) = people(&roles).await;
    let room = ada.open_room(&ben).await;
    ada.start_countdown(room).await;
    ada.vote(room, "keep").await;
    in_sql(
        roles.database_url(),
        "SELECT 1 FROM rooms WHERE revision = 3",
    )
    .await;
    // Its heartbeats would stand between the copy and the outcome.
    roles.kill9("matchmaker");
    let copy = copy_of_the_broker(&mut roles).await;
    keep(&ben, room).await;
    in_sql(
        roles.database_url(),
        "SELECT 1 FROM rooms WHERE state = 'kept'",
    )
    .await;
    let broker = jetstream::connect(&roles.nats.url()).await;
    let outcome = broker.room(room).await.unwrap().expect("a room");
    roles.kill9("persistence");
    restore(&mut roles, &copy).await;

    roles.start_all(&["matchmaker"]).await;
    eventually(
        "the outcome's sequence is given to a heartbeat",
        async || {
            let life = broker.stream_state(&LIFE).await.ok()?;
            (life.last_seq > outcome.seq).then_some(())
        },
    )
    .await;
    let url = roles.url("gateway");
    eventually("the gateway says that it is not ready", async || {
        (!is_ready(&url).await).then_some(())
    })
    .await;
    let too_early = timeout(Duration::from_secs(3), roles.until_ready("gateway")).await;
    assert!(too_early.is_err(), "the stream does not have the outcome");
    roles.start_all(&["persistence"]).await;
    roles.until_ready("gateway").await;
    is_kept_everywhere(&roles, &broker, &[(room, &ada, &ben)]).await;
}

#[tokio::test]
async fn timers_of_an_older_copy_do_not_end_rooms_that_sql_has_as_kept() {
    let mut roles = Roles::start(&[
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "8"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
    ])
    .await;
    let mut couples = Vec::new();
    for _ in 0..3 {
        let (ada, ben) = people(&roles).await;
        let room = ada.open_room(&ben).await;
        couples.push((room, ada, ben));
    }
    for (room, ada, _) in &couples {
        ada.start_countdown(*room).await;
        ada.vote(*room, "keep").await;
    }
    let voted = "SELECT 1 FROM rooms WHERE revision = 3 GROUP BY revision HAVING COUNT(*) = 3";
    in_sql(roles.database_url(), voted).await;
    let copy = copy_of_the_broker(&mut roles).await;
    for (room, _, ben) in &couples {
        keep(ben, *room).await;
    }
    let kept = "SELECT 1 FROM rooms WHERE state = 'kept' GROUP BY state HAVING COUNT(*) = 3";
    in_sql(roles.database_url(), kept).await;
    roles.kill9("persistence");
    restore(&mut roles, &copy).await;
    let broker = jetstream::connect(&roles.nats.url()).await;
    for (room, ..) in &couples {
        eventually("a timer of the copy ends the room", async || {
            let room = broker.room(*room).await.ok()??;
            room.value.is_ended().then_some(())
        })
        .await;
    }

    roles.start_all(&["persistence"]).await;
    roles.until_ready("gateway").await;
    let couples: Vec<_> = couples
        .iter()
        .map(|(room, ada, ben)| (*room, ada, ben))
        .collect();
    is_kept_everywhere(&roles, &broker, &couples).await;
}

async fn copy_of_the_broker(roles: &mut Roles) -> TempDir {
    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    roles.until_ready("gateway").await;
    copy
}

async fn restore(roles: &mut Roles, copy: &TempDir) {
    roles.kill9("nats");
    roles.nats.restore_store(copy);
    roles.start_again("nats").await;
}

/// The broker has just come back, and may be away for the gateway still.
async fn keep(person: &Person, room: RoomId) {
    eventually("the answer is taken", async || {
        let path = format!("/simple-countdown/response/{room}");
        let answer = person.post(&path, json!({ "response": "keep" })).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

async fn is_kept_everywhere(
    roles: &Roles,
    broker: &Broker,
    couples: &[(RoomId, &Person, &Person)],
) {
    for (room, ada, ben) in couples {
        for member in [ada, ben] {
            assert_eq!(member.status(*room).await.state, RoomState::Kept);
            let listed = member
                .listed(*room, "a kept room", |room| room.state == RoomState::Kept)
                .await;
            assert!(listed.kept);
        }
        let in_stream = broker.room(*room).await.unwrap().expect("a room");
        assert!(in_stream.value.kept_at.is_some(), "{in_stream:?}");
    }
    let kept = format!(
        "SELECT 1 FROM rooms WHERE state = 'kept' GROUP BY state HAVING COUNT(*) = {}",
        couples.len()
    );
    in_sql(roles.database_url(), &kept).await;
    let expiring = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM expiries)";
    in_sql(roles.database_url(), expiring).await;
}
