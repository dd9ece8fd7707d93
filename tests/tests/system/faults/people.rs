//! Whoever takes part, and how they reach the gateways.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use contract::message::Message;
use domain::{ClientId, RoomId};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::Method;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::ledger::{Event, Ledger, Placed};
use crate::{
    client::Person,
    request::{Answer, try_request},
    wire::Wire,
};

/// After so long without an answer a client tries again, perhaps elsewhere.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// Between two things that somebody does, in milliseconds.
pub const PAUSE: std::ops::Range<u64> = 20..250;

/// Whoever takes part, with their gateways and their own source of chance.
pub struct Actor {
    pub person: Person,
    pub urls: Vec<String>,
    pub ledger: Ledger,
    pub random: StdRng,
    pub over: Arc<AtomicBool>,
}

impl Actor {
    pub fn new(
        person: &Person,
        urls: &[String],
        ledger: &Ledger,
        seed: u64,
        over: &Arc<AtomicBool>,
    ) -> Self {
        Self {
            person: person.clone(),
            urls: urls.to_vec(),
            ledger: ledger.clone(),
            random: StdRng::seed_from_u64(seed),
            over: Arc::clone(over),
        }
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub async fn rest(&mut self, milliseconds: std::ops::Range<u64>) {
        sleep(Duration::from_millis(
            self.random.random_range(milliseconds),
        ))
        .await;
    }

    /// The same person in front of some gateway.
    pub fn somewhere(&mut self) -> Person {
        let url = self.urls.choose(&mut self.random).expect("a gateway");
        self.person.at(url)
    }

    /// One request to some gateway; `None` where no answer came.
    pub async fn ask(&mut self, method: Method, path: &str, body: Option<Value>) -> Option<Answer> {
        let person = self.somewhere();
        let answer = try_request(method, person.url(), path, Some(&person.token), body);
        timeout(PATIENCE, answer).await.ok()?.ok()
    }

    pub fn write(&self, room: RoomId, event: Event) {
        self.ledger.write(self.person.id, room, event);
    }

    pub async fn open(&mut self, room: RoomId, query: &str) -> Option<Wire> {
        let person = self.somewhere();
        timeout(PATIENCE, person.wire(room, query)).await.ok()?.ok()
    }
}

/// The whole history of a room; `None` where it could not be read to its end.
pub async fn history(actor: &mut Actor, room: RoomId) -> Option<Vec<Placed>> {
    let mut all: Vec<Placed> = Vec::new();
    loop {
        let after = all.last().map_or(0, |message| message.seq);
        let path = format!("/chat/rooms/{room}/messages?after={after}&limit=100");
        let answer = actor.ask(Method::GET, &path, None).await?;
        if answer.status != 200 {
            return None;
        }
        let page: Value = answer.expect(200);
        let items: Vec<Message> = serde_json::from_value(page["items"].clone()).expect("messages");
        if items.is_empty() {
            return Some(all);
        }
        all.extend(items.iter().map(placed));
    }
}

/// What is compared of a message.
pub fn placed(message: &Message) -> Placed {
    Placed {
        seq: message.seq,
        prev_seq: message.prev_seq,
        client_id: message.client_id,
        sender: message.sender_id,
        says: ClientId(message.text.parse().unwrap_or_default()),
    }
}
