//! The public events, as the stream holds them.

use std::time::Duration;

use broker::{Broker, BrokerOptions};
use contract::{public_events::SOURCE, streams::EVENTS};
use domain::{RoomId, Timestamp};
use serde_json::Value;
use uuid::Uuid;
use webchat_tests::nats::Nats;

const PAGE: usize = 1_000;

/// A public event.
#[derive(Debug)]
pub struct Event {
    /// The last part of its subject, for example `kept`.
    pub verb: String,
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub time: Timestamp,
    /// The fact.
    pub data: Value,
}

/// All events of a room so far.
pub async fn of_room(nats: &Nats, room: RoomId) -> Vec<Event> {
    matching(nats, &format!("webchat.v1.evt.room.{room}.*")).await
}

/// A connection of the test's own.
pub async fn connected(nats: &Nats) -> Broker {
    let options = BrokerOptions {
        url: nats.url(),
        user: None,
        root_ca: None,
        name: "test".to_owned(),
        request_timeout: Duration::from_secs(5),
        replicas: 1,
    };
    let broker = Broker::connect(&options).await;
    broker.expect("a connection to the broker")
}

/// All events on these subjects so far.
pub async fn matching(nats: &Nats, subject: &str) -> Vec<Event> {
    let broker = connected(nats).await;
    let mut events = Vec::new();
    let mut from = 1;
    loop {
        let page = broker
            .replay(&EVENTS, subject, from, PAGE)
            .await
            .expect("events");
        let Some(last) = page.last() else {
            return events;
        };
        from = last.seq + 1;
        events.extend(
            page.iter()
                .map(|record| event(&record.subject, &record.payload)),
        );
    }
}

fn event(subject: &str, payload: &[u8]) -> Event {
    let body: Value = serde_json::from_slice(payload).expect("a CloudEvent");
    assert_eq!(body["specversion"], "1.0", "{body}");
    assert_eq!(body["source"], SOURCE, "{body}");
    let read = |field: &str| body[field].clone();
    Event {
        verb: subject.rsplit('.').next().expect("a verb").to_owned(),
        id: serde_json::from_value(read("id")).expect("an id"),
        time: serde_json::from_value(read("time")).expect("a time"),
        data: read("data"),
    }
}
