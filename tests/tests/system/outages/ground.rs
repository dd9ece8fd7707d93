//! The four programs behind links that can fail, and what is seen of them.

use std::time::{Duration, Instant};

use contract::{frames::ChatServerFrame, room::RoomSummary};
use domain::RoomId;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use webchat_tests::{
    postgres_server::PostgresServer,
    proxy::{Link, Proxy},
};

use super::{Fault, Part, RECOVERED_WITHIN, UNREADY_WITHIN};
use crate::{
    client::{PASSWORD, Person},
    conversation::Speaker,
    request::{Answer, is_ready, request},
    roles::{ALL, Roles},
};

/// The four programs with a proxy on each of their links.
pub(super) struct Ground {
    roles: Roles,
    database: PostgresServer,
    pub(super) to_database: Proxy,
    pub(super) to_broker: Proxy,
}

impl Ground {
    pub(super) async fn start() -> Self {
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

    pub(super) async fn join(&self) -> Person {
        Person::join(&self.roles.url("gateway")).await
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        request(method, &self.roles.url("gateway"), path, None, body).await
    }

    pub(super) fn begin(&mut self, part: Part, fault: Fault) {
        match (part, fault) {
            (Part::Database, Fault::Killed) => self.database.kill9(),
            (Part::Database, Fault::Hung) => self.database.pause(),
            (Part::Database, Fault::HalfOpen) => self.to_database.set(Link::HalfOpen),
            (Part::Broker, Fault::Killed) => self.roles.nats.kill9(),
            (Part::Broker, Fault::Hung) => self.roles.nats.pause(),
            (Part::Broker, Fault::HalfOpen) => self.to_broker.set(Link::HalfOpen),
        }
    }

    pub(super) async fn end(&mut self, part: Part, fault: Fault) {
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
    pub(super) async fn until_said(&self, part: Part) -> Duration {
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
    pub(super) async fn until_all_is_well(
        &self,
        ada: &Person,
        ben: &Person,
        room: RoomId,
    ) -> Duration {
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
