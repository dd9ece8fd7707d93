//! An ack that is lost, a message that is sent again, a gateway that sleeps: each message is stored and shown once.

mod sent_again;

use std::{cell::Cell, slice::from_ref, time::Duration};

use broker::{Broker, Publish};
use contract::{frames::ChatServerFrame, streams::CHAT, subjects};
use domain::{ClientId, RoomId};
use futures_util::SinkExt;
use serde_json::json;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use uuid::{NoContext, Timestamp, Uuid};
use webchat_tests::proxy::{Link, Proxy};

use crate::{
    chance::Chance,
    client::Person,
    conversation, eventually, jetstream, once_record,
    roles::Roles,
    socket::Acked,
    wire::{self, Frame, Wire},
};

const RETRY_AFTER: Duration = Duration::from_millis(100);
/// The stream's memory of ids where a test outlives it; two minutes otherwise.
const WINDOW: Duration = Duration::from_secs(1);
/// A message of this age is looked up before it is published.
const OLD: Duration = Duration::from_secs(75);

/// Two people in a room, in front of two gateways.
struct Talk {
    roles: Roles,
    broker: Broker,
    ada: Person,
    ben: Person,
    room: RoomId,
}

impl Talk {
    /// Gateways wait a second for the broker's answers.
    async fn begin(prepare: impl AsyncFnOnce(&mut Roles)) -> Self {
        let mut roles = Roles::prepare(&[("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "1000")]).await;
        prepare(&mut roles).await;
        roles
            .start_all(&["persistence", "gateway", "gateway-2"])
            .await;
        let broker = jetstream::connect(&roles.nats.url()).await;
        let url = roles.url("gateway");
        let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
        let room = ada.open_room(&ben).await;
        Self {
            roles,
            broker,
            ada,
            ben,
            room,
        }
    }

    async fn epoch(&self) -> Uuid {
        let url = self.roles.url("gateway-2");
        match self.ben.at(&url).chat(self.room).await.hello {
            ChatServerFrame::Hello { epoch, .. } => epoch,
            other => panic!("a hello comes first: {other:?}"),
        }
    }

    async fn until_the_stream_has(&self, count: usize) -> Vec<Acked> {
        eventually("the stream has the message", async || {
            let stored = once_record::in_stream(&self.broker, self.room).await;
            (stored.len() >= count).then_some(stored)
        })
        .await
    }

    async fn check(&self, said: &[Acked]) {
        once_record::check(&self.roles, &self.broker, &self.ben, self.room, said).await;
    }
}

#[tokio::test]
async fn an_ack_that_is_lost_between_broker_and_gateway_makes_no_second_message() {
    const MESSAGES: usize = 10;
    let mut link = None;
    let talk = Talk::begin(async |roles: &mut Roles| {
        let proxy = Proxy::start(roles.nats.port()).await;
        let url = format!("nats://127.0.0.1:{}", proxy.port());
        roles.tell("gateway", &[("NATS_URL", &url)]);
        link = Some(proxy);
    })
    .await;
    let (link, mut chance) = (link.expect("a link"), Chance::new());
    let last = Cell::new(None);
    let speak = async {
        let mut said = Vec::new();
        for count in 1..=MESSAGES {
            let wire = eventually("a socket", async || open(&talk.ada, talk.room).await).await;
            link.set(Link::Unanswered);
            let ack_is_lost = async {
                talk.until_the_stream_has(count).await;
                sleep(chance.between(Duration::ZERO, Duration::from_millis(400))).await;
                link.set(Link::Cut);
                sleep(chance.between(Duration::ZERO, Duration::from_millis(400))).await;
                link.set(Link::PLAIN);
            };
            let (acked, ()) = tokio::join!(until_acked(wire, &talk.ada, talk.room), ack_is_lost);
            said.push(acked);
        }
        last.set(said.last().map(|acked| acked.seq));
        said
    };
    let epoch = talk.epoch().await;
    let second_url = talk.roles.url("gateway-2");
    let (ben, ada) = (talk.ben.at(&second_url), talk.ada.at(&second_url));
    let (said, by_ben, by_ada) = tokio::join!(
        speak,
        conversation::listen(from_ref(&ben), talk.room, epoch, &last),
        conversation::listen(from_ref(&ada), talk.room, epoch, &last),
    );
    assert_eq!(by_ben, said, "shown to the other once each");
    assert_eq!(by_ada, said, "shown on the sender's other device once each");
    talk.check(&said).await;
}

/// A socket whose hello was read, unless the gateway cannot serve it now.
async fn open(person: &Person, room: RoomId) -> Option<Wire> {
    let mut wire = person.wire(room, "").await.ok()?;
    match wire::read(&mut wire).await {
        Frame::Text(_hello) => Some(wire),
        Frame::Closed(_) => None,
    }
}

/// Says something, again and again until it is acknowledged.
async fn until_acked(wire: Wire, person: &Person, room: RoomId) -> Acked {
    let client_id = ClientId(Uuid::now_v7());
    let (mut wire, mut resend) = (Some(wire), false);
    loop {
        if let Some(seq) = conversation::say(&mut wire, person, room, client_id, resend).await {
            return Acked { client_id, seq };
        }
        (wire, resend) = (None, true);
        sleep(RETRY_AFTER).await;
    }
}

#[tokio::test]
async fn a_gateway_that_slept_on_a_message_does_not_store_it_again() {
    let talk = Talk::begin(async |_: &mut Roles| {}).await;
    let mut wire = open(&talk.ada, talk.room).await.expect("a socket");
    talk.roles.pause("gateway");
    let client_id = client_id_made(OLD);
    send(&mut wire, client_id).await;
    let elsewhere = talk.ada.at(&talk.roles.url("gateway-2"));
    let seq = conversation::say(&mut None, &elsewhere, talk.room, client_id, true)
        .await
        .expect("an ack");
    jetstream::remember_ids_for(&talk.broker, &CHAT, WINDOW).await;
    sleep(WINDOW * 3 / 2).await;
    talk.roles.resume("gateway");
    let ack = loop {
        let Frame::Text(text) = wire::read(&mut wire).await else {
            panic!("the socket ended");
        };
        match wire::parse(&text) {
            ChatServerFrame::Ack { seq, .. } => break seq,
            // It may have begun to look before it slept, and what it asked for was too late: a client tries again.
            ChatServerFrame::Error(error) if error.code == "unavailable" => {
                send(&mut wire, client_id).await;
            }
            _ => {}
        }
    };
    assert_eq!(
        ack, seq,
        "the gateway that slept found what the other stored"
    );
    talk.check(&[Acked { client_id, seq }]).await;
}

#[tokio::test]
async fn what_is_in_the_stream_twice_is_once_in_sql_and_in_the_history() {
    let talk = Talk::begin(async |_: &mut Roles| {}).await;
    let first = talk.ada.say(talk.room, "said once").await;
    let record = talk.broker.get(&CHAT, first.seq).await.expect("a read");
    let body = record.expect("the message").payload;
    // As if it had come after the broker's memory of its id, past the look-up.
    let again = Publish::new(subjects::chat(talk.room), body).message_id("forgotten");
    let again = talk.broker.publish(again).await.expect("an ack");
    let next = talk.ada.say(talk.room, "said next").await;
    assert!(first.seq < again.seq && again.seq < next.seq);
    let listed = |room: &contract::room::RoomSummary| room.unread_count == 2;
    talk.ben.listed(talk.room, "two unread", listed).await;
    let history = talk.ben.history(talk.room).await;
    let seqs: Vec<_> = history.iter().map(|m| (m.prev_seq, m.seq)).collect();
    assert_eq!(seqs, [(0, first.seq), (first.seq, next.seq)]);
    let dead = talk.roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
}

async fn send(wire: &mut Wire, client_id: ClientId) {
    let frame = json!({ "type": "send", "client_id": client_id, "text": "once" });
    wire.send(Message::text(frame.to_string()))
        .await
        .expect("an open socket");
}

/// The name of a message that was written so long ago: one that waited for a connection is old.
fn client_id_made(ago: Duration) -> ClientId {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a clock after 1970");
    let made = now - ago;
    let made = Timestamp::from_unix(NoContext, made.as_secs(), made.subsec_nanos());
    ClientId(Uuid::new_v7(made))
}
