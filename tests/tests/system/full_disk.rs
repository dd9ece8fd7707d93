//! A full disk: what cannot be kept is refused in words, nothing that was acknowledged is lost or doubled, and all goes on
//! when there is space again.

use std::time::Instant;

use contract::message::Message;
use domain::RoomId;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;
use webchat_tests::postgres_server::PostgresServer;

use crate::{
    client::Person,
    eventually,
    journey::until_stored,
    request::{Answer, http},
    roles::Roles,
    serve::Serve,
    socket::Acked,
};

const DISK_MIB: u32 = 96;
/// Uploads may take the last of the disk.
pub const ALL_OF_IT: (&str, &str) = ("WEBCHAT__STORAGE__KEEP_FREE_BYTES", "0");

/// Ada and Ben, and what the broker has acknowledged to Ada.
struct Talk {
    ada: Person,
    ben: Person,
    room: RoomId,
    acked: Vec<Acked>,
}

impl Talk {
    async fn begin(url: &str) -> Self {
        let (ada, ben) = tokio::join!(Person::join(url), Person::join(url));
        let room = ada.open_room(&ben).await;
        let mut talk = Self {
            ada,
            ben,
            room,
            acked: Vec::new(),
        };
        for number in 0..20 {
            let text = format!("before {number}");
            let refused = talk.try_to_say(Uuid::now_v7(), &text).await;
            assert!(refused.is_none(), "{refused:?}");
        }
        talk
    }

    /// The refusal, if it is one.
    async fn try_to_say(&mut self, client_id: Uuid, text: &str) -> Option<Answer> {
        let form = json!({ "client_id": client_id, "text": text });
        let path = format!("/chat/rooms/{}/messages", self.room);
        let answer = self.ada.post(&path, form).await;
        if answer.status != 201 {
            return Some(answer);
        }
        let message: Message = answer.expect(201);
        self.acked.push(Acked {
            client_id: message.client_id,
            seq: message.seq,
        });
        None
    }

    /// Goes on talking until a message is refused; gives the refusal and the name of the message.
    async fn until_refused(&mut self) -> (Answer, Uuid) {
        // What is free in pages that are begun takes some more messages.
        let text = "while it is full ".repeat(60);
        for _ in 0..500 {
            let client_id = Uuid::now_v7();
            if let Some(refused) = self.try_to_say(client_id, &text).await {
                return (refused, client_id);
            }
        }
        panic!("a full disk takes everything");
    }

    async fn everything_is_read_back(&self) {
        let last = self.acked[self.acked.len() - 1];
        until_stored(&mut self.ben.chat(self.room).await, last.seq).await;
        for person in [&self.ada, &self.ben] {
            let history = person.history(self.room).await;
            let read = history.iter().map(|message| Acked {
                client_id: message.client_id,
                seq: message.seq,
            });
            assert_eq!(read.collect::<Vec<_>>(), self.acked, "each once, in order");
        }
    }
}

async fn health(url: &str) -> (u16, Value) {
    let answer = http().get(format!("{url}/health")).send().await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("a report"))
}

/// Nobody gets an account that cannot be kept. SQLite's log has room of its own for some.
async fn until_nobody_can_register(url: &str) {
    let attempts = stream::iter(0..2_000).map(|_| Person::try_register(url));
    let mut attempts = std::pin::pin!(attempts.buffer_unordered(16));
    while let Some(attempt) = attempts.next().await {
        if let Err(refused) = attempt {
            assert_eq!(
                (refused.status, refused.code()),
                (503, "unavailable"),
                "{refused:?}"
            );
            return;
        }
    }
    panic!("a full disk takes every account");
}

fn told_how_it_ended(what: &str, talk: &Talk, freed: Instant) {
    eprintln!(
        "R14 {what}: well {:?} after there was space; {} messages acknowledged",
        freed.elapsed(),
        talk.acked.len()
    );
}

#[tokio::test]
async fn a_full_disk_on_one_machine_refuses_loses_nothing_and_heals_with_space() {
    let mut web = Serve::start_on_small_disk(DISK_MIB, &[ALL_OF_IT]).await;
    let url = web.url();
    let mut talk = Talk::begin(&url).await;
    let mut chat = talk.ben.chat(talk.room).await;

    let disk = web.disk();
    disk.fill();
    let (refused, client_id) = talk.until_refused().await;
    assert_eq!(
        (refused.status, refused.code()),
        (503, "unavailable"),
        "{refused:?}"
    );
    let frame = json!({ "type": "send", "client_id": Uuid::now_v7(), "text": "by socket" });
    chat.send_json(&frame).await;
    assert_eq!(chat.refusal().await.code, "unavailable");
    until_nobody_can_register(&url).await;
    let told = eventually("the health tells it", async || {
        let (status, health) = health(&url).await;
        (status == 503).then_some(health)
    })
    .await;
    assert_eq!(told["checks"]["nats"]["status"], "degraded", "{told}");
    assert!(web.program().outcome().is_none(), "it stays up");

    disk.free();
    let freed = Instant::now();
    let resent = "while it is full ".repeat(60);
    eventually("what was refused is taken", async || {
        talk.try_to_say(client_id, &resent)
            .await
            .is_none()
            .then_some(())
    })
    .await;
    assert!(talk.try_to_say(Uuid::now_v7(), "after").await.is_none());
    talk.everything_is_read_back().await;
    eventually("the health is good again", async || {
        (health(&url).await.0 == 200).then_some(())
    })
    .await;
    told_how_it_ended("one machine", &talk, freed);
    Person::join(&url).await;
    talk.ada.start_countdown(talk.room).await;
}

#[tokio::test]
async fn a_full_disk_of_postgresql_refuses_loses_nothing_and_heals_with_space() {
    let server = PostgresServer::start_on_small_disk(DISK_MIB).await;
    let roles = Roles::start(&[("DATABASE_URL", &server.url())]).await;
    let url = roles.url("gateway");
    let mut talk = Talk::begin(&url).await;

    let disk = server.disk();
    disk.fill();
    until_nobody_can_register(&url).await;
    for number in 0..200 {
        let text = format!("while it is full {number} ").repeat(40);
        let refused = talk.try_to_say(Uuid::now_v7(), &text).await;
        assert!(refused.is_none(), "the broker has space: {refused:?}");
    }

    disk.free();
    let freed = Instant::now();
    eventually("people can register again", async || {
        Person::try_register(&url).await.ok()
    })
    .await;
    told_how_it_ended("PostgreSQL", &talk, freed);
    assert!(talk.try_to_say(Uuid::now_v7(), "after").await.is_none());
    talk.everything_is_read_back().await;
}
