//! A deleted user's words are nowhere any more: no stream, no table, no dead letter, no file, no log has them.

use std::{fs, path::Path, time::Duration};

use broker::{Broker, BrokerOptions, Publish};
use contract::{api::ReportFiled, streams, subjects};
use domain::{
    RoomId,
    room::{Reason, RoomState},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use uuid::Uuid;
use webchat_tests::postgres::Postgres;

use crate::{
    client::{PASSWORD, Person},
    events, eventually,
    roles::Roles,
};

/// A message ends its room's time two seconds after the end.
const SHORT_RETENTION: (&str, &str) = ("WEBCHAT__RETENTION__ENDED_ROOM_SECS", "2");

#[tokio::test]
async fn a_deleted_users_words_are_found_nowhere_on_sqlite() {
    a_deleted_users_words_are_found_nowhere(&mut Roles::start(&[]).await).await;
}

#[tokio::test]
async fn a_deleted_users_words_are_found_nowhere_on_postgresql() {
    let url = Postgres::shared().fresh_database();
    let mut roles = Roles::start(&[("DATABASE_URL", &url)]).await;
    roles.spawn("persistence-2");
    roles.until_ready("persistence-2").await;
    a_deleted_users_words_are_found_nowhere(&mut roles).await;
}

/// Ada says the marker everywhere and goes; the workers that have to clear up are killed again and again.
async fn a_deleted_users_words_are_found_nowhere(roles: &mut Roles) {
    let search = Search::begin(roles).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    ada.say(room, &search.marker).await;
    let answer = ben.say(room, "nothing special").await;
    ada.say(room, &format!("{} again", search.marker)).await;
    let profile = json!({ "display_name": search.marker, "bio": search.marker, "gender": "other", "interests": ["music"] });
    let _: Value = ada.put("/users/me/profile", profile).await.expect(200);
    ada.queue().await;
    search.poison(room).await;
    eventually("the words are everywhere", async || {
        let found = search.found(roles.folder()).await;
        let places = [
            "stream CHAT",
            "stream DLQ",
            "table messages",
            "table users",
            "table profiles",
        ];
        let is_in = |place: &str| found.iter().any(|found| found.starts_with(place));
        places.into_iter().all(is_in).then_some(())
    })
    .await;

    let password = json!({ "password": PASSWORD });
    let gone = ada.delete("/users/me", password).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    for pause in [0, 50, 200, 800] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        roles.kill9("persistence");
        roles.spawn("persistence");
    }
    roles.until_ready("persistence").await;
    eventually("nobody finds the words any more", async || {
        search.found(roles.folder()).await.is_empty().then_some(())
    })
    .await;
    search.until_none("SELECT 1 FROM deletions").await;
    assert_eq!(search.found(roles.folder()).await, Vec::<String>::new());

    let seen = ben.listed(room, "that Ada is gone", |room| {
        room.state == RoomState::Ended
    });
    let names = seen
        .await
        .members
        .into_iter()
        .map(|member| member.display_name);
    assert!(names.into_iter().any(|name| name == "deleted user"));
    assert_eq!(ben.status(room).await.reason, Some(Reason::Left));
    let history = ben.history(room).await;
    let left: Vec<_> = history.iter().map(|m| (m.prev_seq, m.seq)).collect();
    assert_eq!(left, [(0, answer.seq)], "a chain without a hole");
    let told = events::matching(&roles.nats, &subjects_of(&ada)).await;
    let verbs: Vec<_> = told.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["registered", "deleted"]);
    search.nobody_is_called(&ada).await;
}

#[tokio::test]
async fn a_reported_room_outlives_its_time_and_the_reported_ones_account() {
    let mut roles = Roles::start(&[SHORT_RETENTION]).await;
    let search = Search::begin(&roles).await;
    let url = roles.url("gateway");
    let (ada, ben, cleo) = tokio::join!(Person::join(&url), Person::join(&url), Person::join(&url));
    let (reported, other) = (ada.open_room(&ben).await, ada.open_room(&cleo).await);
    for room in [reported, other] {
        ada.say(room, &search.marker).await;
    }
    let form = json!({ "reason": "harassment", "room_id": reported, "detail": "this" });
    let path = format!("/users/{}/report", ada.id);
    let report: ReportFiled = ben.post(&path, form).await.expect(201);
    for room in [reported, other] {
        let left = ada.order(&format!("/chat/rooms/{room}/leave")).await;
        assert_eq!(left.status, 200, "{left:?}");
    }
    eventually("the other room's time is over", async || {
        cleo.history(other).await.is_empty().then_some(())
    })
    .await;
    assert_eq!(
        ben.history(reported).await.len(),
        1,
        "the reported room is frozen"
    );

    let gone = ada
        .delete("/users/me", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    search
        .until_some("SELECT 1 FROM deletions WHERE held")
        .await;
    roles.kill9("persistence");
    roles.spawn("persistence");
    roles.until_ready("persistence").await;
    assert_eq!(
        ben.history(reported).await.len(),
        1,
        "the reported room is frozen"
    );
    let mut held = search.in_tables().await;
    held.sort();
    assert_eq!(
        held,
        ["table messages, text: 1", "table report_evidence, text: 1"]
    );
    let told = events::matching(&roles.nats, &subjects_of(&ada)).await;
    let verbs: Vec<_> = told.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["registered", "reported", "deleted"]);

    let close = format!(
        "UPDATE reports SET state = 'closed', closed_at = 1 WHERE state = 'open' AND created_at = {}",
        report.created_at.0
    );
    search.database.execute_unprepared(&close).await.unwrap();
    eventually("what was held is gone", async || {
        search.found(roles.folder()).await.is_empty().then_some(())
    })
    .await;
    search.until_none("SELECT 1 FROM deletions").await;
}

fn subjects_of(person: &Person) -> String {
    format!("webchat.v1.evt.user.{}.*", person.id)
}

/// Looks for one word in everything that lasts.
struct Search {
    marker: String,
    broker: Broker,
    database: DatabaseConnection,
}

impl Search {
    async fn begin(roles: &Roles) -> Self {
        let options = BrokerOptions {
            url: roles.nats.url(),
            user: None,
            root_ca: None,
            name: "search".to_owned(),
            request_timeout: Duration::from_secs(5),
            replicas: 1,
        };
        Self {
            marker: format!("zq{}", &Uuid::new_v4().simple().to_string()[..16]),
            broker: Broker::connect(&options).await.unwrap(),
            database: Database::connect(roles.database_url()).await.unwrap(),
        }
    }

    async fn poison(&self, room: RoomId) {
        let poison = format!("{}, and no message", self.marker);
        let publish = Publish::new(subjects::chat(room), poison);
        self.broker.publish(publish).await.unwrap();
    }

    /// All places where the word is.
    async fn found(&self, folder: &Path) -> Vec<String> {
        let mut found = self.in_streams().await;
        found.extend(self.in_tables().await);
        for kept in ["logs", "data/files"] {
            found.extend(files_with(&folder.join(kept), &self.marker));
        }
        let said = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let said = said.filter(|path| {
            path.extension()
                .is_some_and(|end| end == "stdout" || end == "stderr")
        });
        found.extend(
            said.filter(|path| has(path, &self.marker))
                .map(|path| path.display().to_string()),
        );
        found
    }

    async fn in_streams(&self) -> Vec<String> {
        let mut found = Vec::new();
        for stream in &streams::ALL {
            let mut from = 1;
            loop {
                let page = self.broker.replay(stream, ">", from, 500).await.unwrap();
                let Some(last) = page.last() else { break };
                from = last.seq + 1;
                let with = page.iter().filter(|record| {
                    String::from_utf8_lossy(&record.payload).contains(&self.marker)
                });
                found.extend(
                    with.map(|record| format!("stream {}, {}", stream.name, record.subject)),
                );
            }
        }
        found
    }

    async fn in_tables(&self) -> Vec<String> {
        let columns = match self.database.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
            }
            _ => {
                "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let mut found = Vec::new();
        for (table, column) in self.rows::<(String, String)>(columns).await {
            let count = format!(
                "SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%{}%'",
                self.marker
            );
            let count = self.rows::<(i64,)>(&count).await[0].0;
            if count > 0 {
                found.push(format!("table {table}, {column}: {count}"));
            }
        }
        found
    }

    async fn rows<T: sea_orm::TryGetableMany>(&self, question: &str) -> Vec<T> {
        let backend = self.database.get_database_backend();
        let question = Statement::from_string(backend, question);
        let rows = self.database.query_all_raw(question).await.unwrap();
        let read = |row: &sea_orm::QueryResult| T::try_get_many_by_index(row).unwrap();
        rows.iter().map(read).collect()
    }

    async fn until_some(&self, question: &str) {
        self.until(question, |rows| rows > 0).await;
    }

    async fn until_none(&self, question: &str) {
        self.until(question, |rows| rows == 0).await;
    }

    async fn until(&self, question: &str, wished: impl Fn(usize) -> bool) {
        let backend = self.database.get_database_backend();
        eventually(question, async || {
            let question = Statement::from_string(backend, question);
            let rows = self.database.query_all_raw(question).await.unwrap();
            wished(rows.len()).then_some(())
        })
        .await;
    }

    async fn nobody_is_called(&self, person: &Person) {
        let named = format!(
            "SELECT count(*) FROM users WHERE username_key = '{}'",
            person.username
        );
        assert_eq!(self.rows::<(i64,)>(&named).await[0].0, 0);
    }
}

fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        // No process has written there.
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files_with(&path, word));
        } else if has(&path, word) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn has(path: &Path, word: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    bytes
        .windows(word.len())
        .any(|part| part == word.as_bytes())
}
