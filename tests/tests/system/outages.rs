//! The broker or the database is killed, hangs, or is behind a link that lost its connections. Every process says so in
//! time, nobody waits without end, and all is well again soon after it is back, without a restart.

mod ground;

use std::time::{Duration, Instant};

use domain::RoomId;
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use self::ground::Ground;
use crate::{
    client::{PASSWORD, Person},
    request::Answer,
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
