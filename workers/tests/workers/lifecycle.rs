//! What the tests of the lifecycle's workers share: a connection, a running worker, and patience.

use std::{sync::Arc, time::Duration};

use bootstrap::{Readiness, Shutdown, connect_broker};
use broker::{Broker, Record};
use contract::{Envelope, streams::LIFE, subjects};
use domain::{
    RoomId, TicketId, Timestamp, UserId,
    matching::Features,
    pair::PairKey,
    room::{Phase, Room},
    ticket::Ticket,
};
use settings::Settings;
use tokio::{task::JoinHandle, time::Instant};
use uuid::Uuid;
use webchat_tests::nats::Nats;
use webchat_workers::{countdown, matchmaker};

/// Settings with these keys and the server's address.
pub fn settings(nats: &Nats, keys: &[(&str, &str)]) -> Arc<Settings> {
    let keys = keys
        .iter()
        .map(|(key, value)| (format!("WEBCHAT__{key}"), (*value).to_owned()));
    let address = [("NATS_URL".to_owned(), nats.url())];
    Arc::new(Settings::from_sources(None, keys.chain(address)).expect("settings"))
}

/// A connection of the test's own, with all streams.
pub async fn connected(nats: &Nats) -> Broker {
    let broker = connect_broker(&settings(nats, &[]), "test")
        .await
        .expect("connected");
    broker.ensure_streams().await.expect("streams");
    broker.synchronise_clock().await.expect("clock");
    broker
}

/// A worker with a connection of its own.
pub struct Worker {
    task: JoinHandle<anyhow::Result<()>>,
    shutdown: Shutdown,
}

impl Worker {
    pub async fn countdown(nats: &Nats) -> Self {
        let settings = settings(nats, &[]);
        let broker = connect_broker(&settings, "countdown")
            .await
            .expect("connected");
        let shutdown = Shutdown::new();
        let started = Readiness::default().check("start");
        let task = tokio::spawn(countdown::run(broker, started, shutdown.clone()));
        Self { task, shutdown }
    }

    pub async fn matchmaker(nats: &Nats, keys: &[(&str, &str)]) -> Self {
        let settings = settings(nats, keys);
        let broker = connect_broker(&settings, "matchmaker")
            .await
            .expect("connected");
        let shutdown = Shutdown::new();
        let [started, alarm] = ["start", "matching"].map(|name| Readiness::default().check(name));
        let run = matchmaker::run(broker, settings, started, alarm, shutdown.clone());
        let task = tokio::spawn(run);
        Self { task, shutdown }
    }

    /// Ends it in the middle of whatever it does.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Ends it as a signal does.
    pub async fn stop(mut self) {
        self.shutdown.request();
        (&mut self.task)
            .await
            .expect("no panic")
            .expect("a clean end");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T, F>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let give_up = Instant::now() + limit;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < give_up, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the room's phase is as wished.
pub async fn until_phase(
    broker: &Broker,
    id: RoomId,
    limit: Duration,
    wished: impl Fn(&Phase) -> bool,
) -> Room {
    eventually("the room's phase", limit, || async {
        // The server may be away for a moment.
        let room = broker.room(id).await.ok()??.value;
        wished(&room.phase).then_some(room)
    })
    .await
}

/// All events of a room with the times at which the stream stored them.
pub async fn history(broker: &Broker, id: RoomId) -> Vec<(Room, Timestamp)> {
    let records = broker
        .replay(&LIFE, &subjects::life_room(id), 1, 1_000)
        .await
        .expect("a replay");
    records
        .iter()
        .map(|record| (room_of(record), record.stored_at))
        .collect()
}

/// The room in an event.
pub fn room_of(record: &Record) -> Room {
    let envelope: Envelope<Room> = serde_json::from_slice(&record.payload).expect("a room");
    envelope.body
}

pub fn user() -> UserId {
    UserId(Uuid::now_v7())
}

pub fn room_id() -> RoomId {
    RoomId(Uuid::now_v7())
}

pub fn ticket_id() -> TicketId {
    TicketId(Uuid::now_v7())
}

pub fn key_of(one: UserId, other: UserId) -> PairKey {
    PairKey::of(one, other).expect("two different people")
}

/// A person of thirty who wants to meet anybody.
pub fn anybody() -> Features {
    Features {
        age: 30,
        gender: "woman".to_owned(),
        interests: vec!["chess".to_owned()],
        ..Features::default()
    }
}

/// Somebody's ticket as it is now.
pub async fn ticket(broker: &Broker, user: UserId) -> Ticket {
    broker
        .ticket(user)
        .await
        .expect("a read")
        .expect("a ticket")
        .value
}
