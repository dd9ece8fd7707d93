//! Every promise of the tables is kept on SQLite and on PostgreSQL: one body, run against each.

#![allow(
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod accounts;
mod avatars;
mod events;
mod files;
mod matching;
mod messages;
mod rooms;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tempfile::TempDir;
use webchat_entities::{message, room};
use webchat_tests::postgres::Postgres;

/// An empty database with the current schema, which goes with the test.
#[derive(Debug)]
pub struct Fresh {
    pub db: DatabaseConnection,
    _dir: Option<TempDir>,
}

async fn migrated(url: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(2);
    let db = Database::connect(options).await.expect("connect");
    migration::run::<migration::Migrator>(&db)
        .await
        .expect("migrate");
    db
}

pub async fn on_sqlite() -> Fresh {
    let dir = tempfile::tempdir().expect("temporary folder");
    let db = migrated(format!(
        "sqlite://{}/test.db?mode=rwc",
        dir.path().display()
    ))
    .await;
    Fresh {
        db,
        _dir: Some(dir),
    }
}

pub async fn on_postgres() -> Fresh {
    let db = migrated(Postgres::shared().fresh_database()).await;
    Fresh { db, _dir: None }
}

/// Makes two tests of each body, `name::sqlite` and `name::postgres`.
macro_rules! on_both_databases {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            #[tokio::test]
            async fn sqlite() {
                super::$body(&crate::on_sqlite().await.db).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$body(&crate::on_postgres().await.db).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Ids that sort by their number.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub const ADA: Uuid = Uuid::from_u128(0xA);
pub const BEN: Uuid = Uuid::from_u128(0xB);
pub const EVE: Uuid = Uuid::from_u128(0xE);

/// A room of Ada and Ben as its event at `life_seq` shows it.
pub fn a_room(number: u128, state: &str, life_seq: i64) -> room::Model {
    room::Model {
        id: id(number),
        low_user: ADA,
        high_user: BEN,
        state: state.to_owned(),
        kept: false,
        reason: None,
        revision: life_seq,
        life_seq,
        created_at: 1_000,
        ends_at: None,
        document: serde_json::json!({ "state": state }),
        last_message_seq: 0,
        last_message_at: None,
    }
}

/// A message whose ids derive from its sequence.
pub fn a_message(room: u128, sender_id: Uuid, seq: i64) -> message::Model {
    let own_id = id(0x1000 + u128::from(seq.unsigned_abs()));
    message::Model {
        room_id: id(room),
        seq,
        id: own_id,
        sender_id,
        client_id: own_id,
        text: format!("text {seq} ✓"),
        attachments: serde_json::json!([{ "name": "a.png" }]),
        sent_at: seq * 10,
    }
}
