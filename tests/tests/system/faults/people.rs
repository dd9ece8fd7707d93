//! People who talk, come back after every cut, and write down what they see.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use contract::{frames::ChatServerFrame, message::Message};
use domain::{ClientId, RoomId};
use futures_util::SinkExt;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message as WebSocketMessage;
use uuid::Uuid;

use super::ledger::{Event, Ledger, Placed};
use crate::{
    client::Person,
    request::{Answer, try_request},
    wire::{self, Frame, Wire},
};

/// After so long without an answer a client tries again, perhaps elsewhere.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// A listener that hears nothing for so long asks whether anybody is there.
const SILENCE: Duration = Duration::from_secs(1);
const PAUSE: std::ops::Range<u64> = 20..250;

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

    fn write(&self, room: RoomId, event: Event) {
        self.ledger.write(self.person.id, room, event);
    }

    async fn open(&mut self, room: RoomId, query: &str) -> Option<Wire> {
        let person = self.somewhere();
        timeout(PATIENCE, person.wire(room, query)).await.ok()?.ok()
    }
}

/// Says one thing after the other until it is over: mostly on a socket, sometimes over HTTP, and now and then again
/// although it was acknowledged.
pub async fn talk(mut actor: Actor, room: RoomId) {
    let mut wire = None;
    while !actor.is_over() {
        let client_id = ClientId(Uuid::now_v7());
        let mut again = false;
        while !actor.is_over() {
            actor.write(room, Event::Sent { client_id, again });
            let acked = if actor.random.random_ratio(1, 5) {
                say_over_http(&mut actor, room, client_id, again).await
            } else {
                say(&mut wire, &mut actor, room, client_id, again).await
            };
            again = true;
            match acked {
                Some(seq) => {
                    actor.write(room, Event::Acked { client_id, seq });
                    if !actor.random.random_ratio(1, 10) {
                        break;
                    }
                }
                None => {
                    wire = None;
                    actor.rest(PAUSE).await;
                }
            }
        }
        actor.rest(PAUSE).await;
    }
}

async fn say(
    wire: &mut Option<Wire>,
    actor: &mut Actor,
    room: RoomId,
    client_id: ClientId,
    again: bool,
) -> Option<u64> {
    if wire.is_none() {
        *wire = actor.open(room, "").await;
    }
    let wire = wire.as_mut()?;
    let frame =
        json!({ "type": "send", "client_id": client_id, "text": "on we go", "resend": again });
    let exchange = async {
        wire.send(WebSocketMessage::text(frame.to_string()))
            .await
            .ok()?;
        loop {
            let Frame::Text(text) = wire::read(wire).await else {
                return None;
            };
            match wire::parse(&text) {
                ChatServerFrame::Ack {
                    client_id: acked,
                    seq,
                    ..
                } if acked == client_id => return Some(seq),
                ChatServerFrame::Error(error) => {
                    actor.write(room, Event::Refused { code: error.code });
                    return None;
                }
                _ => {}
            }
        }
    };
    timeout(PATIENCE, exchange).await.ok().flatten()
}

async fn say_over_http(
    actor: &mut Actor,
    room: RoomId,
    client_id: ClientId,
    again: bool,
) -> Option<u64> {
    let form = json!({ "client_id": client_id, "text": "on we go" });
    let path = format!("/chat/rooms/{room}/messages");
    let answer = actor.ask(Method::POST, &path, Some(form)).await?;
    match answer.status {
        201 => Some(answer.expect::<Message>(201).seq),
        200 if again => Some(answer.expect::<Message>(200).seq),
        503 => None,
        status => {
            let what = format!("sending was answered with {status}: {}", answer.body);
            actor.write(room, Event::Strange(what));
            None
        }
    }
}

/// The last message of each room, when all is over.
pub type Last = watch::Receiver<BTreeMap<RoomId, u64>>;

/// What a listener shows, and where it stands.
#[derive(Debug, Default)]
struct Shown {
    messages: Vec<(u64, ClientId)>,
    epoch: Option<Uuid>,
    /// What this connection repeats of a history that was read while it was open.
    read_up_to: u64,
}

impl Shown {
    fn last(&self) -> u64 {
        self.messages.last().map_or(0, |(seq, _)| *seq)
    }

    fn query(&self) -> String {
        match self.epoch {
            Some(epoch) => format!("?after={}&epoch={epoch}", self.last()),
            None => String::new(),
        }
    }
}

/// Listens until `last` is heard (known when all is over) or the time is up, and gives what a client would show.
pub async fn listen(
    mut actor: Actor,
    room: RoomId,
    last: Last,
    limit: Duration,
) -> Vec<(u64, ClientId)> {
    let mut shown = Shown::default();
    let mut give_up = None;
    loop {
        let due = last.borrow().get(&room).copied();
        if let Some(last) = due {
            if shown.last() >= last && shown.epoch.is_some() {
                return shown.messages;
            }
            let give_up = *give_up.get_or_insert_with(|| Instant::now() + limit);
            if Instant::now() > give_up {
                let what = format!(
                    "a listener was still at {} when {last} was due",
                    shown.last()
                );
                actor.write(room, Event::Strange(what));
                return shown.messages;
            }
        }
        hear(&mut actor, room, &mut shown, &last).await;
        actor.rest(PAUSE).await;
    }
}

/// One connection, from its hello to its end.
async fn hear(actor: &mut Actor, room: RoomId, shown: &mut Shown, last: &Last) -> Option<()> {
    let mut wire = actor.open(room, &shown.query()).await?;
    let mut asked = false;
    // Now and then a listener goes away by itself.
    let leaves = Instant::now() + Duration::from_millis(actor.random.random_range(500..12_000));
    loop {
        let heard_all = last
            .borrow()
            .get(&room)
            .is_some_and(|last| shown.last() >= *last);
        if heard_all || Instant::now() > leaves {
            return None;
        }
        match timeout(SILENCE, wire::read(&mut wire)).await {
            Err(_silence) if asked => return None,
            Err(_silence) => {
                asked = true;
                let ping = WebSocketMessage::text(json!({ "type": "ping" }).to_string());
                timeout(SILENCE, wire.send(ping)).await.ok()?.ok()?;
            }
            Ok(Frame::Closed(_)) => return None,
            Ok(Frame::Text(text)) => {
                asked = false;
                take(actor, room, shown, wire::parse(&text)).await?;
            }
        }
    }
}

async fn take(
    actor: &mut Actor,
    room: RoomId,
    shown: &mut Shown,
    frame: ChatServerFrame,
) -> Option<()> {
    match frame {
        ChatServerFrame::Hello {
            epoch,
            recovered,
            last_seq,
            ..
        } => {
            let after = shown.last();
            actor.write(
                room,
                Event::Hello {
                    after,
                    known: shown.epoch,
                    epoch,
                    recovered,
                },
            );
            shown.read_up_to = 0;
            // Without `after` nothing follows, and everything is read once.
            if !recovered || shown.epoch.is_none() {
                let messages = read_again(actor, room, last_seq).await?;
                shown.messages = messages
                    .iter()
                    .map(|one| (one.seq, one.client_id))
                    .collect();
                shown.read_up_to = shown.last();
                actor.write(room, Event::ReadAgain(messages));
            }
            shown.epoch = Some(epoch);
        }
        ChatServerFrame::Message(message) if message.seq > shown.read_up_to => {
            actor.write(room, Event::Heard(placed(&message)));
            shown.messages.push((message.seq, message.client_id));
        }
        _ => {}
    }
    Some(())
}

async fn read_again(actor: &mut Actor, room: RoomId, at_least: u64) -> Option<Vec<Placed>> {
    let messages = history(actor, room).await?;
    if messages.last().map_or(0, |message| message.seq) < at_least {
        let what = format!("a history ends before the newest message of the hello, {at_least}");
        actor.write(room, Event::Strange(what));
    }
    Some(messages)
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

fn placed(message: &Message) -> Placed {
    Placed {
        seq: message.seq,
        prev_seq: message.prev_seq,
        client_id: message.client_id,
    }
}
