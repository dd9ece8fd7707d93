//! A whole small WebChat for one test: a nats-server, a SQLite file, gateways, workers.

use std::{path::Path, sync::Arc, time::Duration};

use bootstrap::{Database, Readiness, Shutdown, connect_broker, database};
use broker::{Broker, Publish};
use contract::streams::StreamSpec;
use serde_json::{Value, json};
use settings::{Settings, StorageLocation};
use storage::Storage;
use tempfile::TempDir;
use webchat_gateway::Gateway;
use webchat_tests::{nats::Nats, postgres::Postgres, replica, s3::CREDENTIALS};

pub use crate::client::{Answer, Client, Person};

/// Signs the access tokens of a test.
pub const SECRET: &str = "a secret of the tests, long enough";

/// Ends everything when it is dropped.
pub struct World {
    pub broker: Broker,
    pub database: Database,
    pub storage: Storage,
    settings: Settings,
    shutdown: Shutdown,
    main: Client,
    /// The checks of the first gateway's process, as its admin port tells them.
    pub readiness: Readiness,
    pub nats: Nats,
    folder: TempDir,
}

impl World {
    /// One gateway and persistence, with these settings over the defaults.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let world = Self::without_workers(variables).await;
        world.start_persistence(world.storage.clone());
        world
    }

    /// Writes what the gateways publish into SQL from now on, and lets go what is in this storage.
    pub fn start_persistence(&self, storage: Storage) {
        let (broker, database) = (self.broker.clone(), self.database.clone());
        let (settings, shutdown) = (Arc::new(self.settings.clone()), self.shutdown.clone());
        tokio::spawn(async move {
            let started = Readiness::default().check("start");
            workers::persistence::run(broker, database, storage, settings, started, shutdown)
                .await
                .unwrap();
        });
    }

    /// The same on PostgreSQL.
    pub async fn start_on_postgres(variables: &[(&str, &str)]) -> Self {
        let url = Postgres::shared().fresh_database();
        let database = [("DATABASE_URL", url.as_str())];
        Self::start(&[&database, variables].concat()).await
    }

    /// One gateway and nobody who writes what it publishes into SQL.
    pub async fn without_workers(variables: &[(&str, &str)]) -> Self {
        bootstrap::install_crypto_provider();
        let nats = Nats::start().await;
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&nats, folder.path(), variables);
        let broker = connect_broker(&settings, "test").await.unwrap();
        broker.ensure_streams().await.unwrap();
        let database = database::connect(&settings).await.unwrap();
        let shutdown = Shutdown::new();
        let storage = storage(&settings);
        let readiness = Readiness::default();
        let main = gateway(&settings, &database, &storage, &readiness, &shutdown).await;
        Self {
            broker,
            database,
            storage,
            settings,
            shutdown,
            main,
            readiness,
            nats,
            folder,
        }
    }

    /// The bucket that its files are in; `None` where they are in a folder.
    pub fn bucket(&self) -> Option<String> {
        match self.settings.storage_location().unwrap() {
            StorageLocation::S3 { bucket, .. } => Some(bucket),
            StorageLocation::Folder(_) => None,
        }
    }

    /// Brings waiting people together from now on.
    pub fn start_matchmaker(&self) {
        let (broker, shutdown) = (self.broker.clone(), self.shutdown.clone());
        let settings = Arc::new(self.settings.clone());
        tokio::spawn(async move {
            let [started, alarm] =
                ["start", "matching"].map(|name| Readiness::default().check(name));
            workers::matchmaker::run(broker, settings, started, alarm, shutdown)
                .await
                .unwrap();
        });
    }

    /// Another gateway beside the first.
    pub async fn another_gateway(&self) -> Client {
        gateway(
            &self.settings,
            &self.database,
            &self.storage,
            &Readiness::default(),
            &self.shutdown,
        )
        .await
    }

    /// Why a gateway of another installation, with a database of its own, does not start on this one's storage.
    pub async fn refusal_of_another_installation(&self) -> String {
        let url = format!("sqlite://{}/other.db", self.folder.path().display());
        let mut settings = self.settings.clone();
        settings.database.url = url.into();
        let database = database::connect(&settings).await.unwrap();
        let built = built(&settings, &database, &self.storage, &self.shutdown).await;
        format!("{:#}", built.unwrap_err())
    }

    /// From now on a replica answers direct gets, too, that has heard one message only.
    pub async fn begin_a_lagging_replica(&self, stream: &StreamSpec, heard: Publish) {
        replica::that_heard_only(&heard.subject, stream.name, async |subject, body| {
            let limit = Duration::from_secs(5);
            let answer = self.broker.ask_live(subject, body, limit).await;
            String::from_utf8(answer.unwrap().unwrap().to_vec()).unwrap()
        })
        .await;
        self.broker.publish(heard).await.unwrap();
    }

    /// The first gateway.
    pub fn client(&self) -> &Client {
        &self.main
    }

    /// Asks the first gateway as a person.
    pub async fn ask(
        &self,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.main
            .send(method, path, Some(&person.token), body)
            .await
    }

    pub async fn get(&self, person: &Person, path: &str) -> Answer {
        self.ask(person, "GET", path, None).await
    }

    pub async fn post(&self, person: &Person, path: &str) -> Answer {
        self.ask(person, "POST", path, None).await
    }

    /// A grown-up with a complete profile.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.main.register(name, "1990-05-17").await.person();
        let profile = json!({ "display_name": name, "gender": "woman", "interests": ["chess"] });
        self.ask(&person, "PUT", "/users/me/profile", Some(profile))
            .await
            .expect(200);
        person
    }

    /// Two people and the id of their room.
    pub async fn two_in_a_room(&self) -> (Person, Person, String) {
        let (ann, ben) = (self.person("ann").await, self.person("ben").await);
        let room = self.open_room(&ann, &ben).await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        (ann, ben, room)
    }

    pub async fn open_room(&self, person: &Person, peer: &Person) -> Answer {
        self.ask(
            person,
            "POST",
            "/chat/rooms",
            Some(json!({ "peer_id": peer.id })),
        )
        .await
    }

    /// Sends a text under a fresh client id.
    pub async fn say(&self, person: &Person, room: &str, text: &str) -> Answer {
        let form = json!({ "client_id": uuid::Uuid::now_v7(), "text": text });
        self.ask(
            person,
            "POST",
            &format!("/chat/rooms/{room}/messages"),
            Some(form),
        )
        .await
    }
}

impl World {
    /// Asks all gateways and workers to stop.
    pub fn stop(&self) {
        self.shutdown.request();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.request();
    }
}

fn settings(nats: &Nats, folder: &Path, variables: &[(&str, &str)]) -> Settings {
    let static_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../static");
    let mine = [
        ("NATS_URL", nats.url()),
        ("WEBCHAT_DATA_DIR", folder.display().to_string()),
        ("PORT", "0".to_owned()),
        ("JWT_SECRET_KEY", SECRET.to_owned()),
        (
            "WEBCHAT__HTTP__STATIC_DIR",
            static_dir.display().to_string(),
        ),
        ("WEBCHAT__AUTH__HASH_MEMORY_KIB", "64".to_owned()),
        ("WEBCHAT__AUTH__HASH_ITERATIONS", "1".to_owned()),
        ("WEBCHAT__LIMITS__ENABLED", "false".to_owned()),
        ("WEBCHAT__MATCH__TICK_MS", "50".to_owned()),
    ];
    let theirs = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mine = mine
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let all: std::collections::HashMap<String, String> = mine.chain(theirs).collect();
    Settings::from_sources(None, all).unwrap()
}

/// The storage of these settings.
pub fn storage(settings: &Settings) -> Storage {
    let credentials = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Storage::open_with(settings, credentials).unwrap()
}

async fn gateway(
    settings: &Settings,
    database: &Database,
    storage: &Storage,
    readiness: &Readiness,
    shutdown: &Shutdown,
) -> Client {
    let gateway = built(settings, database, storage, shutdown).await.unwrap();
    gateway.report_readiness(readiness);
    let base = format!("http://{}", gateway.local_addr());
    tokio::spawn(async move { gateway.run().await.unwrap() });
    Client::of(base)
}

async fn built(
    settings: &Settings,
    database: &Database,
    storage: &Storage,
    shutdown: &Shutdown,
) -> anyhow::Result<Gateway> {
    let broker = connect_broker(settings, "gateway").await.unwrap();
    let listener = Gateway::listen(settings).await.unwrap();
    let building = Gateway::build(
        listener,
        settings.clone(),
        broker,
        database.clone(),
        storage.clone(),
        shutdown.clone(),
    );
    building.await
}
