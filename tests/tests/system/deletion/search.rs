//! Looks for one word in everything that lasts: streams, tables, files, logs.

use std::{fs, path::Path, time::Duration};

use broker::{Broker, BrokerOptions, Publish};
use contract::{streams, subjects};
use domain::RoomId;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use uuid::Uuid;

use crate::{client::Person, eventually, roles::Roles};

/// Looks for one word in everything that lasts.
pub(super) struct Search {
    pub(super) marker: String,
    broker: Broker,
    pub(super) database: DatabaseConnection,
}

impl Search {
    pub(super) async fn begin(roles: &Roles) -> Self {
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

    pub(super) async fn poison(&self, room: RoomId) {
        let poison = format!("{}, and no message", self.marker);
        let publish = Publish::new(subjects::chat(room), poison);
        self.broker.publish(publish).await.unwrap();
    }

    /// All places where the word is.
    pub(super) async fn found(&self, folder: &Path) -> Vec<String> {
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

    pub(super) async fn in_tables(&self) -> Vec<String> {
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

    pub(super) async fn until_some(&self, question: &str) {
        self.until(question, |rows| rows > 0).await;
    }

    pub(super) async fn until_none(&self, question: &str) {
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

    pub(super) async fn nobody_is_called(&self, person: &Person) {
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
