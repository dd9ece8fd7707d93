//! A broker and a database of one test, and workers upon them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bootstrap::{Database, Readiness, Shutdown, database};
use broker::{Broker, Publish, Subscription};
use contract::{
    consumers::ConsumerSpec, message::StoredMessage, receipt::Receipt, streams::EVENTS, subjects,
};
use domain::{RoomId, Timestamp, UserId};
use settings::Settings;
use storage::Storage;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::timeout};
use uuid::Uuid;
use webchat_tests::{
    nats::Nats,
    postgres::Postgres,
    s3::{CREDENTIALS, S3},
};
use webchat_workers::persistence;

use super::{PATIENCE, until};

/// A broker and an empty database of one test.
pub struct Ground {
    pub nats: Nats,
    pub broker: Broker,
    pub database: Database,
    pub settings: Arc<Settings>,
    folder: TempDir,
}

/// A worker as another process would be: with its own connections.
pub struct Worker {
    shutdown: Shutdown,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Ground {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/webchat.db", folder.path().display());
        Self::on(url, folder, Vec::new()).await
    }

    pub async fn on_postgres() -> Self {
        let url = Postgres::shared().fresh_database();
        Self::on(url, tempfile::tempdir().unwrap(), Vec::new()).await
    }

    /// With files in a bucket; elsewhere they are in a folder.
    pub async fn on_postgres_and_s3() -> Self {
        bootstrap::install_crypto_provider();
        let url = Postgres::shared().fresh_database();
        let bucket = S3::shared().settings(&S3::shared().fresh_bucket());
        Self::on(url, tempfile::tempdir().unwrap(), bucket).await
    }

    async fn on(url: String, folder: TempDir, storage: Vec<(&str, String)>) -> Self {
        let nats = Nats::start().await;
        let variables = [
            ("DATABASE_URL".to_owned(), url),
            ("NATS_URL".to_owned(), nats.url()),
            (
                "WEBCHAT__DATABASE__MAX_CONNECTIONS".to_owned(),
                "4".to_owned(),
            ),
            (
                "WEBCHAT_DATA_DIR".to_owned(),
                folder.path().display().to_string(),
            ),
        ];
        let storage = storage
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let variables = variables.into_iter().chain(storage);
        let settings = Arc::new(Settings::from_sources(None, variables).unwrap());
        let broker = bootstrap::connect_broker(&settings, "test").await.unwrap();
        broker.ensure_streams().await.unwrap();
        broker.synchronise_clock().await.unwrap();
        Self {
            database: database::connect(&settings).await.unwrap(),
            nats,
            broker,
            settings,
            folder,
        }
    }

    pub async fn worker(&self) -> Worker {
        let broker = bootstrap::connect_broker(&self.settings, "persistence")
            .await
            .unwrap();
        let database = database::connect(&self.settings).await.unwrap();
        let shutdown = Shutdown::new();
        let run = persistence::run(
            broker,
            database,
            self.storage(),
            Arc::clone(&self.settings),
            Readiness::default().check("start"),
            shutdown.clone(),
        );
        Worker {
            shutdown,
            task: tokio::spawn(run),
        }
    }

    /// Another installation: its own database, and the same storage.
    pub async fn of_another_installation(&mut self) {
        let folder = self.folder.path().display().to_string();
        let settings = Arc::get_mut(&mut self.settings).unwrap();
        settings.database.url = format!("sqlite://{folder}/other.db").into();
        self.database = database::connect(settings).await.unwrap();
    }

    /// The storage of uploaded files.
    pub fn storage(&self) -> Storage {
        let credentials = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Storage::open_with(&self.settings, credentials).unwrap()
    }

    /// Sends a message as a gateway does; its sequence.
    pub async fn send(&self, message: &StoredMessage) -> u64 {
        let body = serde_json::to_vec(message).unwrap();
        let publish = Publish::new(subjects::chat(message.room_id), body);
        self.broker.publish(publish).await.unwrap().seq
    }

    /// Reads up to a message as a gateway tells it.
    pub async fn read_up_to(&self, room_id: RoomId, user_id: UserId, seq: u64) {
        let at = Timestamp(1_000);
        let receipt = Receipt {
            room_id,
            user_id,
            seq,
            at,
        };
        let body = serde_json::to_vec(&receipt).unwrap();
        let publish = Publish::new(subjects::receipt(room_id, user_id), body);
        self.broker.publish(publish).await.unwrap();
    }

    /// Has everything of a consumer delivered again, from the beginning.
    pub async fn deliver_again(&self, consumer: ConsumerSpec) {
        let api = format!(
            "$JS.API.CONSUMER.DELETE.{}.{}",
            consumer.stream.name, consumer.name
        );
        self.broker.publish_core(api, "").await.unwrap();
        until("the consumer is gone", async || {
            self.broker
                .consumer_state(&consumer)
                .await
                .unwrap()
                .is_none()
        })
        .await;
    }

    /// All public events so far, as (subject, id).
    pub async fn events(&self) -> Vec<(String, Uuid)> {
        let records = self
            .broker
            .replay(&EVENTS, subjects::EVENTS_ALL, 1, 20_000)
            .await
            .unwrap();
        let read = |record: broker::Record| {
            let event: serde_json::Value = serde_json::from_slice(&record.payload).unwrap();
            (
                record.subject,
                event["id"].as_str().unwrap().parse().unwrap(),
            )
        };
        records.into_iter().map(read).collect()
    }

    /// The last words of the events' subjects, sorted.
    pub async fn verbs(&self) -> Vec<String> {
        let events = self.events().await;
        let ids: HashSet<Uuid> = events.iter().map(|(_, id)| *id).collect();
        assert_eq!(ids.len(), events.len(), "each event has its own id");
        let verb = |(subject, _): (String, Uuid)| subject.rsplit('.').next().unwrap().to_owned();
        let mut verbs: Vec<String> = events.into_iter().map(verb).collect();
        verbs.sort();
        verbs
    }

    pub async fn notices_of(&self, user: UserId) -> Subscription {
        let subscription = self
            .broker
            .subscribe(subjects::live_user(user))
            .await
            .unwrap();
        self.broker.synchronise_clock().await.unwrap();
        subscription
    }

    /// Waits until a consumer has nothing left to do.
    pub async fn until_done(&self, consumer: ConsumerSpec) {
        let has_nothing_left = async || {
            let state = self.broker.consumer_state(&consumer).await.unwrap();
            state.is_some_and(|state| state.pending == 0 && state.unacknowledged == 0)
        };
        until("the consumer is done", async || {
            if !has_nothing_left().await {
                return false;
            }
            // Of a consumer that it is still making, the server says that nothing waits.
            tokio::time::sleep(Duration::from_millis(50)).await;
            has_nothing_left().await
        })
        .await;
    }
}

impl Worker {
    /// Asks it to stop and waits until it has.
    pub async fn stop(self) {
        self.shutdown.request();
        timeout(PATIENCE, self.task)
            .await
            .expect("it stops")
            .unwrap()
            .unwrap();
    }

    /// Why it does not start.
    pub async fn failure(self) -> String {
        let ended = timeout(PATIENCE, self.task).await.expect("it ends");
        format!("{:#}", ended.unwrap().unwrap_err())
    }

    /// Ends it in the middle of whatever it does.
    pub async fn kill(self) {
        self.task.abort();
        self.task.await.unwrap_err();
    }
}
