//! What fails, and comes back.

use std::time::Duration;

use contract::{
    consumers::PERSISTENCE_CHAT,
    streams::{CHAT, DLQ},
};
use domain::RoomId;
use entities::message;
use sea_orm::{ConnectionTrait, Database, PaginatorTrait};
use uuid::Uuid;
use webchat_tests::postgres::Postgres;

use super::{Ground, a_message, a_user, until};

async fn stored(ground: &Ground, room: RoomId) -> u64 {
    message::Entity::in_room(room.0)
        .count(&ground.database.read)
        .await
        .unwrap_or(0)
}

async fn dead_letters(ground: &Ground) -> usize {
    ground
        .broker
        .replay(&DLQ, "dlq.>", 1, 100)
        .await
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_postgresql_loses_nothing() {
    let ground = Ground::on_postgres().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let worker = ground.worker().await;
    ground.send(&a_message(room, ada, "before")).await;
    ground.until_done(PERSISTENCE_CHAT).await;
    let operator = Database::connect(Postgres::shared().url("postgres"))
        .await
        .unwrap();
    let name = name_of(&ground).await;
    operator
        .execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        .await
        .unwrap();
    let end_all =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    operator.execute_unprepared(&end_all).await.unwrap();
    for number in 0..50 {
        ground
            .send(&a_message(room, ada, &number.to_string()))
            .await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let state = ground
        .broker
        .consumer_state(&PERSISTENCE_CHAT)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        state.floor, 1,
        "nothing is acknowledged while nothing is stored"
    );
    operator
        .execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        .await
        .unwrap();
    ground.until_done(PERSISTENCE_CHAT).await;
    worker.stop().await;
    assert_eq!(stored(&ground, room).await, 51);
    assert_eq!(dead_letters(&ground).await, 0);
}

async fn name_of(ground: &Ground) -> String {
    let query = sea_orm::Statement::from_string(
        sea_orm::DbBackend::Postgres,
        "SELECT current_database()::text",
    );
    let row = ground
        .database
        .read
        .query_one_raw(query)
        .await
        .unwrap()
        .unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_locked_for_long_loses_nothing() {
    let ground = Ground::on_sqlite().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let worker = ground.worker().await;
    ground.send(&a_message(room, ada, "before")).await;
    ground.until_done(PERSISTENCE_CHAT).await;
    let lock = ground.database.begin_write().await.unwrap();
    ground.send(&a_message(room, ada, "meanwhile")).await;
    // Longer than SQLite waits for a lock.
    tokio::time::sleep(Duration::from_secs(6)).await;
    lock.rollback().await.unwrap();
    ground.until_done(PERSISTENCE_CHAT).await;
    worker.stop().await;
    assert_eq!(stored(&ground, room).await, 2);
    assert_eq!(dead_letters(&ground).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_and_a_killed_worker_lose_nothing() {
    let mut ground = Ground::on_sqlite().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let worker = ground.worker().await;
    for number in 0..200 {
        ground
            .send(&a_message(room, ada, &number.to_string()))
            .await;
    }
    worker.kill().await;
    ground.nats.kill9_and_restart().await;
    let worker = ground.worker().await;
    until("all are stored", async || {
        stored(&ground, room).await == 200
    })
    .await;
    worker.stop().await;
    assert_eq!(dead_letters(&ground).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_stops_while_the_database_is_away() {
    let ground = Ground::on_sqlite().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let worker = ground.worker().await;
    until("it reads", async || {
        ground
            .broker
            .consumer_state(&PERSISTENCE_CHAT)
            .await
            .unwrap()
            .is_some()
    })
    .await;
    let lock = ground.database.begin_write().await.unwrap();
    ground
        .send(&a_message(room, ada, "kept in the stream"))
        .await;
    worker.stop().await;
    lock.rollback().await.unwrap();
    let state = ground
        .broker
        .consumer_state(&PERSISTENCE_CHAT)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state.floor, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_after_the_broker_lost_its_newest_ones_is_stored_beside_them() {
    let ground = Ground::on_sqlite().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let lost = a_message(room, ada, "in the database, and in the broker no more");
    let row = message::Model {
        room_id: room.0,
        seq: 30,
        id: lost.id.0,
        sender_id: ada.0,
        client_id: lost.client_id.0,
        text: lost.text,
        attachments: serde_json::json!([]),
        sent_at: 0,
    };
    message::Entity::insert_new(&ground.database.write, vec![row])
        .await
        .unwrap();
    let worker = ground.worker().await;
    let past = async || ground.broker.stream_state(&CHAT).await.unwrap().last_seq >= 30;
    until("the stream goes on above the database", past).await;
    let seq = ground.send(&a_message(room, ada, "a new one")).await;
    assert_eq!(seq, 31);
    let floor = async || {
        let state = ground.broker.consumer_state(&PERSISTENCE_CHAT).await;
        state.unwrap().is_some_and(|state| state.floor >= seq)
    };
    until("the new one is acknowledged", floor).await;
    worker.stop().await;
    assert_eq!(stored(&ground, room).await, 2);
    assert_eq!(dead_letters(&ground).await, 0);
}
