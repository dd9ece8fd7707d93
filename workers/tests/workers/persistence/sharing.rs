//! Several processes on one SQLite file.

use std::time::Duration;

use bootstrap::database;
use broker::Publish;
use contract::{consumers::PERSISTENCE_CHAT, message::StoredMessage, subjects};
use domain::{RoomId, UserId};
use entities::{message, outbox, user};
use futures_util::{StreamExt, stream};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use uuid::Uuid;

use super::{Ground, a_message, a_user, on_both_databases, until};

const BACKLOG: usize = 5_000;
const SIGN_UPS: usize = 150;

async fn send_backlog(ground: &Ground, room: RoomId, ada: UserId) {
    let send = |message: StoredMessage| {
        let body = serde_json::to_vec(&message).unwrap();
        let publish = Publish::new(subjects::chat(message.room_id), body);
        let broker = ground.broker.clone();
        async move { broker.publish(publish).await.unwrap().seq }
    };
    let sends: Vec<_> = (0..BACKLOG)
        .map(|n| send(a_message(room, ada, &n.to_string())))
        .collect();
    stream::iter(sends)
        .buffer_unordered(256)
        .collect::<Vec<_>>()
        .await;
}

/// What a gateway does at a registration: the account and its public event in one transaction.
async fn sign_up(database: &database::Database) -> Result<(), sea_orm::DbErr> {
    let id = Uuid::now_v7();
    let transaction = database.begin_write().await?;
    let account = user::Model {
        id,
        username: id.to_string(),
        username_key: id.to_string(),
        password_hash: String::new(),
        date_of_birth: "1990-01-01".to_owned(),
        display_name: "Ada".to_owned(),
        created_at: 1,
        deleted_at: None,
        learned_reset_at: None,
    };
    account.into_active_model().insert(&transaction).await?;
    outbox::Entity::push(&transaction, an_event(id)).await?;
    transaction.commit().await
}

fn an_event(user: Uuid) -> outbox::Model {
    let id = Uuid::now_v7();
    outbox::Model {
        id,
        subject: format!("webchat.v1.evt.user.{user}.registered"),
        payload: serde_json::json!({ "id": id }).to_string(),
        created_at: 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_and_a_gateway_share_a_file_and_nobody_is_told_busy() {
    let ground = Ground::on_sqlite().await;
    let (room, ada) = (RoomId(Uuid::now_v7()), a_user());
    send_backlog(&ground, room, ada).await;
    let (first, second) = (ground.worker().await, ground.worker().await);
    let gateway = database::connect(&ground.settings).await.unwrap();
    for _ in 0..SIGN_UPS {
        sign_up(&gateway)
            .await
            .expect("no busy error reaches a registration");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ground.until_done(PERSISTENCE_CHAT).await;
    until("the outbox is empty", async || {
        outbox::Entity::find()
            .count(&ground.database.read)
            .await
            .unwrap()
            == 0
    })
    .await;
    first.stop().await;
    second.stop().await;
    let stored = message::Entity::in_room(room.0)
        .count(&ground.database.read)
        .await
        .unwrap();
    assert_eq!(stored, BACKLOG as u64);
    let events = ground.verbs().await;
    assert_eq!(
        events.iter().filter(|verb| *verb == "registered").count(),
        SIGN_UPS
    );
    assert_eq!(
        events.iter().filter(|verb| *verb == "message_sent").count(),
        BACKLOG
    );
}

on_both_databases!(the_outbox_is_told_once_by_two_workers);

async fn the_outbox_is_told_once_by_two_workers(ground: Ground) {
    for _ in 0..250 {
        outbox::Entity::push(&ground.database.write, an_event(Uuid::now_v7()))
            .await
            .unwrap();
    }
    let (first, second) = (ground.worker().await, ground.worker().await);
    until("the outbox is empty", async || {
        outbox::Entity::find()
            .count(&ground.database.read)
            .await
            .unwrap()
            == 0
    })
    .await;
    first.stop().await;
    second.stop().await;
    assert_eq!(ground.verbs().await.len(), 250);
}
