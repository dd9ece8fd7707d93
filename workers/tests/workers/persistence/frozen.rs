//! A report that is being filed and a room whose time is over: one of the two comes first, and the other one knows.

use std::time::Duration;

use domain::RoomId;
use entities::{expiry, report};
use tokio::time::sleep;
use uuid::Uuid;

use super::{Ground, a_user, on_both_databases, report_of};

on_both_databases!(
    a_report_that_is_being_filed_freezes_its_room,
    what_is_going_when_a_report_is_filed_is_no_evidence,
);

/// Long enough for the other one to come to where it has to wait.
const AHEAD: Duration = Duration::from_millis(300);

/// A room that is due.
async fn due(ground: &Ground) -> RoomId {
    let room = RoomId(Uuid::now_v7());
    let ended = expiry::Model {
        room_id: room.0,
        ended_at: 1,
        expired_at: None,
        has_remains: true,
    };
    expiry::Entity::note(&ground.database.write, [ended])
        .await
        .unwrap();
    room
}

async fn a_report_that_is_being_filed_freezes_its_room(ground: Ground) {
    let room = due(&ground).await;
    let filing = ground.database.begin_write().await.unwrap();
    assert!(expiry::Entity::hold(&filing, room.0).await.unwrap());
    let report = report_of(room, a_user(), a_user());
    report::Entity::file(&filing, report, Vec::new())
        .await
        .unwrap();
    let expire = async {
        let expiring = ground.database.begin_write().await.unwrap();
        let expired = expiry::Entity::carry_out(&expiring, room.0, 5).await;
        expiring.commit().await.unwrap();
        expired.unwrap()
    };
    let file = async {
        sleep(AHEAD).await;
        filing.commit().await.unwrap();
    };
    let (expired, ()) = tokio::join!(expire, file);
    assert!(!expired, "the report was there first");
}

async fn what_is_going_when_a_report_is_filed_is_no_evidence(ground: Ground) {
    let room = due(&ground).await;
    let expiring = ground.database.begin_write().await.unwrap();
    assert!(
        expiry::Entity::carry_out(&expiring, room.0, 5)
            .await
            .unwrap()
    );
    let file = async {
        let filing = ground.database.begin_write().await.unwrap();
        expiry::Entity::hold(&filing, room.0).await.unwrap()
    };
    let expire = async {
        sleep(AHEAD).await;
        expiring.commit().await.unwrap();
    };
    let (remains, ()) = tokio::join!(file, expire);
    assert!(!remains, "it had gone first");
}
