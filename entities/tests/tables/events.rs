use sea_orm::{DatabaseConnection, TransactionTrait};
use webchat_entities::{outbox, room_event};

use crate::{id, on_both_databases};

on_both_databases!(
    the_outbox_gives_the_oldest_events_until_they_are_deleted,
    an_outbox_event_vanishes_with_its_transaction,
    recorded_events_stay_as_they_were,
);

fn event(number: u128) -> outbox::Model {
    outbox::Model {
        id: id(number),
        subject: format!("s.{number}"),
        payload: "{}".to_owned(),
        created_at: 1,
    }
}

async fn the_outbox_gives_the_oldest_events_until_they_are_deleted(db: &DatabaseConnection) {
    for number in [3, 1, 2] {
        outbox::Entity::push(db, event(number)).await.expect("push");
    }
    assert_eq!(
        outbox::Entity::next_batch(2).all(db).await,
        Ok(vec![event(1), event(2)])
    );
    outbox::Entity::delete_published(db, &[id(1), id(2), id(9)])
        .await
        .expect("delete");
    assert_eq!(
        outbox::Entity::next_batch(2).all(db).await,
        Ok(vec![event(3)])
    );
}

async fn an_outbox_event_vanishes_with_its_transaction(db: &DatabaseConnection) {
    let transaction = db.begin().await.expect("begin");
    outbox::Entity::push(&transaction, event(1))
        .await
        .expect("push");
    transaction.rollback().await.expect("roll back");
    assert_eq!(outbox::Entity::next_batch(2).all(db).await, Ok(vec![]));
}

async fn recorded_events_stay_as_they_were(db: &DatabaseConnection) {
    let recorded = |revision: i64, state: &str| room_event::Model {
        room_id: id(1),
        revision,
        life_seq: revision * 10,
        document: serde_json::json!({ "state": state, "votes": [null, true], "at": 1_763_845_200_123_i64 }),
        recorded_at: 5,
    };
    room_event::Entity::record(db, vec![recorded(2, "b"), recorded(1, "a")])
        .await
        .expect("record");
    room_event::Entity::record(db, vec![recorded(2, "changed"), recorded(3, "c")])
        .await
        .expect("record again");
    let all = room_event::Entity::of(id(1)).all(db).await;
    assert_eq!(
        all,
        Ok(vec![recorded(1, "a"), recorded(2, "b"), recorded(3, "c")])
    );
}
