//! The broker or the database is killed, hangs, or is behind a link that lost its connections. Every process says so in
//! time, nobody waits without end, and all is well again soon after it is back, without a restart.

use std::time::{Duration, Instant};

use contract::{frames::ChatServerFrame, room::RoomSummary};
use domain::RoomId;
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use webchat_tests::{
    postgres_server::PostgresServer,
    proxy::{Link, Proxy},
};

use crate::{
    client::{PASSWORD, Person},
    conversation::Speaker,
    request::{Answer, is_ready, request},
    roles::{ALL, Roles},
    socket::ChatSocket,
};

/// A probe every two seconds that may take two; the rest is for a busy machine.
const UNREADY_WITHIN: Duration = Duration::from_secs(8);
/// What a gateway allows for a request, and a second for a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(11);
/// As promised.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);
const OUTAGE: Duration = Duration::from_secs(12);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Database,
    Broker,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    /// `kill -9`, and started again.
    Killed,
    /// SIGSTOP and SIGCONT: its connections stay open and nobody answers.
    Hung,
    /// Nothing arrives, and when the link works again it knows none of its connections.
    HalfOpen,
}

#[tokio::test]
async fn a_killed_database_is_said_and_heals() {
    outage(Part::Database, Fault::Killed).await;
}

#[tokio::test]
async fn a_hung_database_is_said_and_heals() {
    outage(Part::Database, Fault::Hung).await;
}

#[tokio::test]
async fn a_database_behind_a_dead_link_is_said_and_heals() {
    outage(Part::Database, Fault::HalfOpen).await;
}

#[tokio::test]
async fn a_killed_broker_is_said_and_heals() {
    outage(Part::Broker, Fault::Killed).await;
}

#[tokio::test]
async fn a_hung_broker_is_said_and_heals() {
    outage(Part::Broker, Fault::Hung).await;
}

#[tokio::test]
async fn a_broker_behind_a_dead_link_is_said_and_heals() {
    outage(Part::Broker, Fault::HalfOpen).await;
}

#[tokio::test]
async fn connections_that_died_without_a_word_are_replaced() {
    let ground = Ground::start().await;
    let (ada, ben) = (ground.join().await, ground.join().await);
    let room = ada.open_room(&ben).await;
    // A pool that is full: each connection in it has to be found dead and replaced.
    let busy = stream::iter(0..200).map(|_| ada.get("/chat/rooms?limit=100"));
    let answers: Vec<_> = busy.buffer_unordered(50).collect().await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    // The database and the broker are well all the time.
    ground.to_database.forget();
    ground.to_broker.forget();
    let took = ground.until_all_is_well(&ada, &ben, room).await;
    eprintln!("R13 all connections lost: all is well after {took:?}");
}

async fn outage(part: Part, fault: Fault) {
    let mut ground = Ground::start().await;
    let (ada, ben) = (ground.join().await, ground.join().await);
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    chat.say("before").await;

    let begun = Instant::now();
    ground.begin(part, fault);
    let until_said = ground.until_said(part).await;
    let slowest = match part {
        Part::Database => without_database(&ground, &ada, room, &mut chat).await,
        Part::Broker => without_broker(&ground, &ada, room).await,
    };
    sleep(OUTAGE.saturating_sub(begun.elapsed())).await;
    ground.end(part, fault).await;

    let took = ground.until_all_is_well(&ada, &ben, room).await;
    eprintln!(
        "R13 {part:?} {fault:?}: said after {until_said:?}, slowest answer meanwhile {slowest:?}, all is well {took:?} \
         after it was back"
    );
}

/// Chatting in open rooms goes on; what needs SQL is refused, and says when to come back.
async fn without_database(
    ground: &Ground,
    ada: &Person,
    room: RoomId,
    chat: &mut ChatSocket,
) -> Duration {
    chat.say("nobody writes this down yet").await;
    let login = json!({ "username": ada.username, "password": PASSWORD });
    let answers = [
        timed(ada.get("/chat/rooms")).await,
        timed(ada.get("/users/me")).await,
        timed(ground.ask(Method::POST, "/auth/login", Some(login))).await,
    ];
    chat.is_alive().await;
    let again = timed(ada.get(&format!("/chat/rooms/{room}/messages"))).await;
    slowest_refusal(answers.into_iter().chain([again]))
}

/// Nothing that must last is taken.
async fn without_broker(ground: &Ground, ada: &Person, room: RoomId) -> Duration {
    let message = json!({ "client_id": Uuid::now_v7(), "text": "not taken" });
    let answers = [
        timed(ada.post(&format!("/chat/rooms/{room}/messages"), message)).await,
        timed(ada.order("/match/queue")).await,
        timed(ada.order(&format!("/chat/rooms/{room}/leave"))).await,
        timed(ground.ask(Method::GET, "/readyz", None)).await,
    ];
    slowest_refusal(answers.into_iter())
}

async fn timed(answer: impl Future<Output = Answer>) -> (Answer, Duration) {
    let begun = Instant::now();
    (answer.await, begun.elapsed())
}

fn slowest_refusal(answers: impl Iterator<Item = (Answer, Duration)>) -> Duration {
    let mut slowest = Duration::ZERO;
    for (answer, took) in answers {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.retry_after.is_some(), "{answer:?}");
        assert!(took < ANSWER_WITHIN, "{took:?}: {answer:?}");
        slowest = slowest.max(took);
    }
    slowest
}

/// The four programs with a proxy on each of their links.
struct Ground {
    roles: Roles,
    database: PostgresServer,
    to_database: Proxy,
    to_broker: Proxy,
}

impl Ground {
    async fn start() -> Self {
        let database = PostgresServer::start().await;
        let to_database = Proxy::start(database.port()).await;
        let url = database.url_at(to_database.port());
        let mut roles = Roles::prepare(&[("DATABASE_URL", &url)]).await;
        let to_broker = Proxy::start(roles.nats.port()).await;
        roles.set("NATS_URL", format!("nats://127.0.0.1:{}", to_broker.port()));
        roles.start_all(&ALL).await;
        Self {
            roles,
            database,
            to_database,
            to_broker,
        }
    }

    async fn join(&self) -> Person {
        Person::join(&self.roles.url("gateway")).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        request(method, &self.roles.url("gateway"), path, None, body).await
    }

    fn begin(&mut self, part: Part, fault: Fault) {
        match (part, fault) {
            (Part::Database, Fault::Killed) => self.database.kill9(),
            (Part::Database, Fault::Hung) => self.database.pause(),
            (Part::Database, Fault::HalfOpen) => self.to_database.set(Link::HalfOpen),
            (Part::Broker, Fault::Killed) => self.roles.nats.kill9(),
            (Part::Broker, Fault::Hung) => self.roles.nats.pause(),
            (Part::Broker, Fault::HalfOpen) => self.to_broker.set(Link::HalfOpen),
        }
    }

    async fn end(&mut self, part: Part, fault: Fault) {
        match (part, fault) {
            (Part::Database, Fault::Killed) => self.database.restart().await,
            (Part::Database, Fault::Hung) => self.database.resume(),
            (Part::Database, Fault::HalfOpen) => self.to_database.forget(),
            (Part::Broker, Fault::Killed) => self.roles.nats.restart().await,
            (Part::Broker, Fault::Hung) => self.roles.nats.resume(),
            (Part::Broker, Fault::HalfOpen) => self.to_broker.forget(),
        }
    }

    /// Waits until everybody who needs the part says that it is away.
    async fn until_said(&self, part: Part) -> Duration {
        let begun = Instant::now();
        let (name, concerned) = match part {
            Part::Database => ("database", ["gateway", "persistence"].as_slice()),
            Part::Broker => ("nats", ALL.as_slice()),
        };
        let all = async {
            for role in concerned {
                while is_ready(&self.roles.admin_url(role)).await {
                    sleep(Duration::from_millis(50)).await;
                }
            }
            while is_ready(&self.roles.url("gateway")).await {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let said = timeout(UNREADY_WITHIN, all).await;
        assert!(said.is_ok(), "{part:?}: not said within {UNREADY_WITHIN:?}");
        let health = self.ask(Method::GET, "/health", None).await;
        assert_eq!((health.status, health.retry_after), (503, Some(1)));
        assert_eq!(
            health.body["checks"][name]["status"], "degraded",
            "{health:?}"
        );
        begun.elapsed()
    }

    /// Waits until everybody is ready, somebody signs in, and a message is sent, heard and stored.
    async fn until_all_is_well(&self, ada: &Person, ben: &Person, room: RoomId) -> Duration {
        let begun = Instant::now();
        let well = timeout(RECOVERED_WITHIN, async {
            for role in ALL {
                until(async || is_ready(&self.roles.admin_url(role)).await).await;
            }
            until(async || is_ready(&self.roles.url("gateway")).await).await;
            let form = json!({ "username": ada.username, "password": PASSWORD });
            until(async || {
                let answer = self
                    .ask(Method::POST, "/auth/login", Some(form.clone()))
                    .await;
                answer.status == 200
            })
            .await;
            let doors = [ada.clone()];
            let sent = Speaker::new(&doors, room).say().await;
            until(async || {
                let answer = ben.get("/chat/rooms?limit=100").await;
                answer.status == 200
                    && answer.expect::<Value>(200)["items"]
                        .as_array()
                        .is_some_and(|rooms| {
                            rooms.iter().any(|listed| shows(listed, room, sent.seq))
                        })
            })
            .await;
        });
        assert!(well.await.is_ok(), "not well within {RECOVERED_WITHIN:?}");
        let took = begun.elapsed();
        let (by_stream, stored) = (ben.history(room).await, ben.chat(room).await);
        let last = by_stream.last().expect("messages").seq;
        assert!(
            matches!(stored.hello, ChatServerFrame::Hello { last_seq, .. } if last_seq == last)
        );
        assert!(
            by_stream.iter().all(|message| message.text != "not taken"),
            "what was refused is not there"
        );
        took
    }
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        sleep(Duration::from_millis(50)).await;
    }
}

fn shows(listed: &Value, room: RoomId, seq: u64) -> bool {
    let listed: RoomSummary = serde_json::from_value(listed.clone()).expect("a room");
    listed.id == room
        && listed
            .last_message
            .is_some_and(|message| message.seq == seq)
}
