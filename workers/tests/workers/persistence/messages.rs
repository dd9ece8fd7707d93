//! Messages: stored once, told once.

use broker::Publish;
use contract::{
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    live::StoredFloor,
    streams::{DLQ, RECEIPT},
    subjects,
};
use domain::{RoomId, pair::PairKey};
use entities::{message, read_position, room};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user, on_both_databases, until};

on_both_databases!(
    every_message_is_stored_and_told_once_though_delivered_twice,
    poison_goes_to_the_dead_letters_and_others_flow,
    the_floor_is_never_ahead_of_the_database,
    the_last_message_of_a_list_is_right_whichever_stream_is_first,
    a_rooms_first_message_is_in_the_list_though_both_are_projected_at_once,
    read_positions_only_move_forward,
    of_two_positions_at_one_place_the_row_is_that_of_the_one_in_the_stream,
);

async fn every_message_is_stored_and_told_once_though_delivered_twice(ground: Ground) {
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    let message = a_message(room, ada, "hello");
    for _ in 0..3 {
        ground.send(&message).await;
    }
    for number in 0..40 {
        ground
            .send(&a_message(room, ada, &number.to_string()))
            .await;
    }
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    let first = ground.events().await;
    worker.stop().await;
    ground.deliver_again(PERSISTENCE_CHAT).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    worker.stop().await;
    let stored = message::Entity::in_room(room.0)
        .all(&ground.database.read)
        .await
        .unwrap();
    assert_eq!(stored.len(), 41);
    assert_eq!(first.len(), 41, "the repeats of one message are one event");
    assert_eq!(
        ground.events().await,
        first,
        "a redelivery tells the same events"
    );
}

async fn poison_goes_to_the_dead_letters_and_others_flow(ground: Ground) {
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    ground.send(&a_message(room, ada, "before")).await;
    ground
        .broker
        .publish(Publish::new(subjects::chat(room), "not JSON"))
        .await
        .unwrap();
    // PostgreSQL has no text with this character; SQLite takes it.
    ground.send(&a_message(room, ada, "nul\0byte")).await;
    for number in 0..20 {
        ground
            .send(&a_message(room, ada, &number.to_string()))
            .await;
    }
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    worker.stop().await;
    let backend = sea_orm::ConnectionTrait::get_database_backend(&ground.database.write);
    let sqlite = backend == sea_orm::DbBackend::Sqlite;
    let stored = message::Entity::in_room(room.0)
        .count(&ground.database.read)
        .await
        .unwrap();
    assert_eq!(stored, if sqlite { 22 } else { 21 });
    let dead = ground.broker.replay(&DLQ, "dlq.>", 1, 100).await.unwrap();
    assert_eq!(dead.len(), if sqlite { 1 } else { 2 });
    let floor = ground
        .broker
        .consumer_state(&PERSISTENCE_CHAT)
        .await
        .unwrap()
        .unwrap()
        .floor;
    assert_eq!(floor, 23, "poison counts as passed");
}

async fn the_floor_is_never_ahead_of_the_database(ground: Ground) {
    let mut floors = ground
        .broker
        .subscribe(subjects::LIVE_STORED.to_owned())
        .await
        .unwrap();
    let (first, second) = (ground.worker().await, ground.worker().await);
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    const MESSAGES: u64 = 600;
    for number in 0..MESSAGES {
        ground
            .send(&a_message(room, ada, &number.to_string()))
            .await;
    }
    let mut floor = 0;
    while floor < MESSAGES {
        let live = tokio::time::timeout(super::PATIENCE, floors.next())
            .await
            .unwrap()
            .unwrap();
        let told: StoredFloor = serde_json::from_slice(&live.payload).unwrap();
        if told.stream != "CHAT" {
            continue;
        }
        floor = floor.max(told.floor);
        let up_to = message::Column::Seq.lte(i64::try_from(floor).unwrap());
        let stored = message::Entity::find()
            .filter(up_to)
            .count(&ground.database.read)
            .await
            .unwrap();
        assert_eq!(stored, floor);
    }
    first.stop().await;
    second.stop().await;
}

async fn the_last_message_of_a_list_is_right_whichever_stream_is_first(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    let id = RoomId(Uuid::now_v7());
    let early = ground
        .send(&a_message(id, ada, "quicker than its room"))
        .await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    let key = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(key, id, TIMING).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    let row = async || {
        let found = room::Entity::find_by_id(id.0)
            .one(&ground.database.read)
            .await
            .unwrap();
        found.unwrap().last_message_seq.unsigned_abs()
    };
    assert_eq!(row().await, early);
    let late = ground.send(&a_message(id, ben, "after its room")).await;
    ground.until_done(PERSISTENCE_CHAT).await;
    assert_eq!(row().await, late);
    worker.stop().await;
}

async fn a_rooms_first_message_is_in_the_list_though_both_are_projected_at_once(ground: Ground) {
    let (first, second) = (ground.worker().await, ground.worker().await);
    const ROOMS: usize = 150;
    for _ in 0..ROOMS {
        let (ada, ben, id) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
        let message = a_message(id, ada, "first");
        let key = PairKey::of(ada, ben).unwrap();
        let (opened, _seq) = tokio::join!(
            ground.broker.open_room(key, id, TIMING),
            ground.send(&message)
        );
        opened.unwrap();
    }
    ground.until_done(PERSISTENCE_CHAT).await;
    ground.until_done(PERSISTENCE_LIFE).await;
    first.stop().await;
    second.stop().await;
    let rooms = room::Entity::find()
        .all(&ground.database.read)
        .await
        .unwrap();
    assert_eq!(rooms.len(), ROOMS);
    assert!(rooms.iter().all(|room| room.last_message_seq > 0));
}

async fn read_positions_only_move_forward(ground: Ground) {
    let (ada, room) = (a_user(), RoomId(Uuid::now_v7()));
    let worker = ground.worker().await;
    for seq in [3, 9, 5] {
        ground.read_up_to(room, ada, seq).await;
        ground.until_done(PERSISTENCE_RECEIPT).await;
    }
    until("the position is stored", async || {
        let rows = read_position::Entity::in_room(room.0)
            .all(&ground.database.read)
            .await
            .unwrap();
        rows.first().is_some_and(|row| row.seq == 9)
    })
    .await;
    worker.stop().await;
}

async fn of_two_positions_at_one_place_the_row_is_that_of_the_one_in_the_stream(ground: Ground) {
    let (ada, room) = (a_user(), RoomId(Uuid::now_v7()));
    let worker = ground.worker().await;
    for _ in 0..2 {
        ground.read_up_to(room, ada, 3).await;
        ground.until_done(PERSISTENCE_RECEIPT).await;
    }
    worker.stop().await;
    let subject = subjects::receipt(room, ada);
    let last = ground.broker.last(&RECEIPT, &subject).await.unwrap();
    let rows = read_position::Entity::in_room(room.0);
    let rows = rows.all(&ground.database.read).await.unwrap();
    let times: Vec<i64> = rows.iter().map(|row| row.updated_at).collect();
    assert_eq!(times, [last.unwrap().stored_at.0]);
}
