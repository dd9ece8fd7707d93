//! What SQL has of the streams, looked at and damaged behind the product's back.

use std::fmt::Debug;

use broker::{Broker, BrokerOptions, Publish};
use contract::{
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    message::StoredMessage,
    subjects,
};
use domain::{ClientId, MessageId, RoomId, Timestamp, UserId};
use entities::{expiry, file, message, pair, read_position, room, room_event, room_member};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait,
    Statement,
};
use uuid::Uuid;

use crate::{eventually, roles::Roles};

/// The database and the broker of some roles.
pub struct Archive {
    pub database: DatabaseConnection,
    pub broker: Broker,
}

impl Archive {
    pub async fn of(roles: &Roles) -> Self {
        let options = BrokerOptions {
            url: roles.nats.url(),
            user: None,
            root_ca: None,
            name: "test".to_owned(),
            request_timeout: std::time::Duration::from_secs(5),
            replicas: 1,
        };
        Self {
            database: Database::connect(roles.database_url()).await.unwrap(),
            broker: Broker::connect(&options).await.unwrap(),
        }
    }

    /// Waits until persistence has acknowledged everything.
    pub async fn until_all_is_stored(&self) {
        for consumer in [PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT] {
            eventually(consumer.name, async || {
                let state = self.broker.consumer_state(&consumer).await.unwrap()?;
                (state.pending == 0 && state.unacknowledged == 0).then_some(())
            })
            .await;
        }
    }

    /// Every row of every projected table, and of those of files, a line each.
    pub async fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        rows.extend(self.table::<room::Entity>().await);
        rows.extend(self.table::<room_member::Entity>().await);
        rows.extend(self.table::<room_event::Entity>().await);
        rows.extend(self.table::<expiry::Entity>().await);
        rows.extend(self.table::<pair::Entity>().await);
        rows.extend(self.table::<message::Entity>().await);
        rows.extend(self.table::<read_position::Entity>().await);
        rows.extend(self.table::<file::Entity>().await);
        rows.sort();
        rows
    }

    async fn table<E>(&self) -> Vec<String>
    where
        E: EntityTrait<Model: Debug + FromQueryResult>,
    {
        let rows = E::find().all(&self.database).await.unwrap();
        let name = E::default().table_name().to_owned();
        rows.iter().map(|row| format!("{name} {row:?}")).collect()
    }

    pub async fn messages(&self) -> u64 {
        message::Entity::find().count(&self.database).await.unwrap()
    }

    pub async fn said_in(&self, room: RoomId) -> u64 {
        let said = message::Entity::in_room(room.0);
        said.count(&self.database).await.unwrap()
    }

    pub async fn positions(&self) -> u64 {
        let positions = read_position::Entity::find();
        positions.count(&self.database).await.unwrap()
    }

    pub async fn rooms(&self) -> u64 {
        room::Entity::find().count(&self.database).await.unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        let count = Statement::from_string(
            self.database.get_database_backend(),
            format!("SELECT COUNT(*) FROM {table}"),
        );
        let row = self.database.query_one_raw(count).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    /// Changes rows by hand.
    pub async fn sql(&self, statement: &str) {
        let done = self.database.execute_unprepared(statement).await;
        let done = done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        let changes = !statement.starts_with("CREATE") && !statement.starts_with("DROP");
        assert!(
            !changes || done.rows_affected() > 0,
            "{statement} changes nothing"
        );
    }

    /// Puts a message into the stream as a gateway does.
    pub async fn send(&self, room_id: RoomId, sender_id: UserId, text: &str) -> u64 {
        let message = StoredMessage {
            id: MessageId(Uuid::now_v7()),
            client_id: ClientId(Uuid::now_v7()),
            room_id,
            sender_id,
            text: text.to_owned(),
            attachments: Vec::new(),
            sent_at: Timestamp(1_795_460_400_123),
        };
        let body = serde_json::to_vec(&message).unwrap();
        let publish = Publish::new(subjects::chat(room_id), body);
        self.broker.publish(publish).await.unwrap().seq
    }
}

/// Both lists, or where they part.
pub fn assert_same(now: &[String], before: &[String]) {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let missing = these.iter().filter(|row| !those.contains(row));
        missing.cloned().collect()
    };
    let (new, gone) = (only(now, before), only(before, now));
    assert!(
        new.is_empty() && gone.is_empty() && now.len() == before.len(),
        "not as before.\nnew:\n{}\ngone:\n{}",
        new.join("\n"),
        gone.join("\n")
    );
}
