//! A consumer that is stuck: whoever is alive tells it, before the broker delivers no more; nobody becomes unready for it,
//! and it heals by itself.

use contract::consumers::{COUNTDOWN_ROOMS, ConsumerSpec, PERSISTENCE_CHAT};
use domain::RoomId;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use serde_json::Value;

use crate::{
    client::Person,
    events::connected,
    eventually,
    request::{http, is_ready},
    roles::Roles,
    socket::{Acked, ChatSocket},
};

const EARLY: [(&str, &str); 1] = [("WEBCHAT__HEALTH__CONSUMER_AGE_SECS", "3")];
/// So few messages may be out unacknowledged here; in production 20,000.
const MOST_OUT: i64 = 400;

struct Talk {
    ada: Person,
    ben: Person,
    room: RoomId,
    chat: ChatSocket,
    said: Vec<Acked>,
}

impl Talk {
    async fn begin(roles: &Roles) -> Self {
        let url = roles.url("gateway");
        let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
        let room = ada.open_room(&ben).await;
        let mut chat = ada.chat(room).await;
        let said = vec![chat.say("first").await];
        crate::journey::until_stored(&mut chat, said[0].seq).await;
        Self {
            ada,
            ben,
            room,
            chat,
            said,
        }
    }

    async fn say(&mut self, count: usize) {
        let texts: Vec<_> = (0..count).map(|n| n.to_string()).collect();
        self.said.extend(self.chat.say_all(&texts).await);
    }

    /// Says something now and then until the health of the process at `url` is not good any more; gives what it says.
    async fn until_told(&mut self, url: &str) -> Value {
        eventually("a stuck consumer is told", async || {
            self.say(1).await;
            let (status, report) = health(url).await;
            (status == 503).then_some(report)
        })
        .await
    }

    async fn everything_is_read_back(&mut self) {
        let last = self.said[self.said.len() - 1];
        crate::journey::until_stored(&mut self.chat, last.seq).await;
        for person in [&self.ada, &self.ben] {
            let history = person.history(self.room).await;
            let read = history.iter().map(|message| Acked {
                client_id: message.client_id,
                seq: message.seq,
            });
            assert_eq!(read.collect::<Vec<_>>(), self.said, "each once, in order");
        }
    }
}

async fn health(url: &str) -> (u16, Value) {
    let answer = http().get(format!("{url}/health")).send().await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("a report"))
}

async fn age_shown_by(url: &str, consumer: &ConsumerSpec) -> f64 {
    let answer = http().get(format!("{url}/metrics")).send().await;
    let text = answer.expect("metrics").text().await.expect("text");
    let name = format!(
        "webchat_consumer_pending_age_seconds{{consumer=\"{}\"}} ",
        consumer.name
    );
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.and_then(|age| age.parse().ok()).unwrap_or(0.0)
}

/// What an operator sees of a stuck consumer at a process that is alive.
async fn is_told_by(url: &str, is_ready_at: &str, consumer: &ConsumerSpec) {
    let report = eventually("it is told", async || {
        let (status, report) = health(url).await;
        (status == 503).then_some(report)
    })
    .await;
    let check = &report["checks"]["consumers"];
    let detail = check["detail"].as_str().unwrap_or_default();
    assert!(
        detail.contains(consumer.name) && detail.contains("has waited for"),
        "{report}"
    );
    assert!(age_shown_by(url, consumer).await > 3.0);
    assert!(
        is_ready(is_ready_at).await,
        "nobody else is to be ended for it"
    );
}

async fn until_healthy(url: &str) {
    eventually("the health is good again", async || {
        (health(url).await.0 == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stopped_worker_is_told_by_all_others_before_its_consumer_stalls() {
    let mut roles = Roles::start(&EARLY).await;
    let broker = connected(&roles.nats).await;
    let few = ConsumerSpec {
        max_ack_pending: MOST_OUT,
        ..PERSISTENCE_CHAT
    };
    drop(broker.consume(few).await.expect("the consumer"));
    let mut talk = Talk::begin(&roles).await;
    let (gateway, admin) = (roles.url("gateway"), roles.admin_url("gateway"));
    until_healthy(&gateway).await;

    roles.pause("persistence");
    let told = talk.until_told(&gateway).await;
    let state = broker.consumer_state(&PERSISTENCE_CHAT).await;
    let out = state.expect("a state").expect("a consumer").unacknowledged;
    assert!(
        out < MOST_OUT.unsigned_abs(),
        "told at {out} messages, before it stalls"
    );
    eprintln!(
        "R15 told at an age of {:.1} s, with {out} of {MOST_OUT} messages out",
        age_shown_by(&admin, &PERSISTENCE_CHAT).await
    );
    assert_eq!(told["checks"]["workers"]["status"], "degraded", "{told}");
    assert_eq!(told["checks"]["nats"]["status"], "ok", "{told}");
    is_told_by(&admin, &gateway, &PERSISTENCE_CHAT).await;
    for worker in ["countdown", "matchmaker"] {
        let url = roles.admin_url(worker);
        is_told_by(&url, &url, &PERSISTENCE_CHAT).await;
    }

    // It stalls, and people go on.
    talk.say(450).await;
    let state = broker.consumer_state(&PERSISTENCE_CHAT).await;
    let state = state.expect("a state").expect("a consumer");
    assert_eq!(state.unacknowledged, MOST_OUT.unsigned_abs());
    assert!(state.pending > 0);

    roles.resume("persistence");
    talk.everything_is_read_back().await;
    for url in [&gateway, &admin, &roles.admin_url("persistence")] {
        until_healthy(url).await;
    }
    roles.until_ready("persistence").await;
    assert!(age_shown_by(&admin, &PERSISTENCE_CHAT).await < 3.0);
}

#[tokio::test]
async fn timers_that_nobody_sets_are_told_too() {
    let roles = Roles::start(&EARLY).await;
    let (gateway, admin) = (roles.url("gateway"), roles.admin_url("gateway"));
    until_healthy(&gateway).await;
    roles.pause("countdown");
    let talk = Talk::begin(&roles).await;
    talk.ada.start_countdown(talk.room).await;
    is_told_by(&admin, &gateway, &COUNTDOWN_ROOMS).await;
    let other = roles.admin_url("persistence");
    is_told_by(&other, &other, &COUNTDOWN_ROOMS).await;
    roles.resume("countdown");
    until_healthy(&gateway).await;
}

#[tokio::test]
async fn a_locked_database_is_told_by_the_worker_itself() {
    let mut roles = Roles::start(&EARLY).await;
    let mut talk = Talk::begin(&roles).await;
    let worker = roles.admin_url("persistence");
    until_healthy(&worker).await;
    let mut options = ConnectOptions::new(roles.database_url());
    options.max_connections(1);
    let somebody = Database::connect(options).await.expect("a connection");
    let lock = somebody.execute_unprepared("BEGIN IMMEDIATE").await;
    lock.expect("the only write lock");

    talk.until_told(&worker).await;
    is_told_by(&worker, &worker, &PERSISTENCE_CHAT).await;
    is_told_by(
        &roles.admin_url("gateway"),
        &roles.url("gateway"),
        &PERSISTENCE_CHAT,
    )
    .await;

    let unlock = somebody.execute_unprepared("ROLLBACK").await;
    unlock.expect("the lock is given back");
    talk.everything_is_read_back().await;
    until_healthy(&worker).await;
    roles.until_ready("persistence").await;
}
