//! What the database of one machine promises to the processes that share its file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

use std::path::Path;
use std::time::Duration;

use bootstrap::{Database, Readiness, Shutdown, database};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use settings::Settings;
use webchat_bootstrap as bootstrap;

async fn open(folder: &Path) -> Database {
    let url = format!("sqlite://{}/deep/webchat.db", folder.display());
    let settings = Settings::from_sources(None, [("DATABASE_URL".to_owned(), url)]).unwrap();
    database::connect(&settings)
        .await
        .expect("the database opens")
}

async fn pragma(connection: &impl ConnectionTrait, name: &str) -> String {
    let backend = connection.get_database_backend();
    let query = Statement::from_string(backend, format!("SELECT * FROM pragma_{name}"));
    let row = connection.query_one_raw(query).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0)
        .map(|number| number.to_string())
        .or_else(|_| row.try_get_by_index::<String>(0))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, third) = tokio::join!(
        open(folder.path()),
        open(folder.path()),
        open(folder.path())
    );
    for database in [first, second, third] {
        database.write.ping().await.unwrap();
        database.read.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_commit_is_durable_and_a_foreign_key_holds() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    const FULL: &str = "2";
    for connection in [&database.read, &database.write] {
        assert_eq!(pragma(connection, "journal_mode").await, "wal");
        assert_eq!(pragma(connection, "synchronous").await, FULL);
        assert_eq!(pragma(connection, "foreign_keys").await, "1");
        assert_eq!(pragma(connection, "busy_timeout").await, "5000");
    }
}

/// Runs a statement in a transaction of its own.
async fn transact(database: &Database, statement: &str) -> Result<(), DbErr> {
    let transaction = database.begin_write().await?;
    transaction.execute_unprepared(statement).await?;
    transaction.commit().await
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_itself_takes_no_later_commit_along() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let create = "CREATE TABLE note (id INTEGER PRIMARY KEY)";
    transact(&database, create).await.unwrap();
    let first = "INSERT INTO note VALUES (1)";
    transact(&database, first).await.unwrap();
    // What a full disk does, too: the transaction is over before the driver ends it.
    let ended = "INSERT OR ROLLBACK INTO note VALUES (1)";
    transact(&database, ended).await.unwrap_err();
    transact(&database, first).await.unwrap_err();
    transact(&database, "INSERT INTO note VALUES (2)")
        .await
        .unwrap();
    let backend = database.read.get_database_backend();
    let count = Statement::from_string(backend, "SELECT count(*) FROM note");
    let row = database.read.query_one_raw(count).await.unwrap().unwrap();
    let count: i64 = row.try_get_by_index(0).unwrap();
    assert_eq!(count, 2, "others see what was committed");
}

#[tokio::test]
async fn the_reading_side_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let create = "CREATE TABLE note (id INTEGER)";
    assert!(database.read.execute_unprepared(create).await.is_err());
    database.write.execute_unprepared(create).await.unwrap();
}

/// Deferred transactions that read first would fail here: the second one's snapshot is stale.
#[tokio::test(flavor = "multi_thread")]
async fn writers_of_two_processes_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let databases = [open(folder.path()).await, open(folder.path()).await];
    let create = "CREATE TABLE counter AS SELECT 0 AS value";
    databases[0].write.execute_unprepared(create).await.unwrap();
    let writers: Vec<_> = (0..20)
        .map(|number| tokio::spawn(count_up(databases[number % 2].clone())))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let backend = databases[0].read.get_database_backend();
    let query = Statement::from_string(backend, "SELECT value FROM counter");
    let row = databases[0]
        .read
        .query_one_raw(query)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 20);
}

async fn count_up(database: Database) {
    let transaction = database.begin_write().await.unwrap();
    let query = Statement::from_string(
        transaction.get_database_backend(),
        "SELECT value FROM counter",
    );
    let row = transaction.query_one_raw(query).await.unwrap().unwrap();
    let next = row.try_get_by_index::<i64>(0).unwrap() + 1;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let update = format!("UPDATE counter SET value = {next}");
    transaction.execute_unprepared(&update).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_deleted_is_not_left_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let write = async |sql: &str| {
        database.write.execute_unprepared(sql).await.unwrap();
    };
    let is_in_the_file = || {
        let file = std::fs::read(folder.path().join("deep/webchat.db")).unwrap();
        file.windows(12).any(|part| part == b"private word")
    };
    write("CREATE TABLE words (word TEXT)").await;
    write("INSERT INTO words VALUES ('a private word'), ('another one')").await;
    write("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(is_in_the_file());
    write("DELETE FROM words WHERE word LIKE 'a %'").await;
    write("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(!is_in_the_file());
}

#[tokio::test]
async fn the_database_reports_its_readiness() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    let (readiness, shutdown) = (Readiness::default(), Shutdown::new());
    database.report_readiness(&readiness, &shutdown);
    tokio::time::timeout(Duration::from_secs(5), async {
        while !readiness.report().ready {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("ready within five seconds");
    shutdown.request();
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_one_line_that_names_the_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let url = format!("sqlite://{}/x.db", file.path().display());
    let settings = Settings::from_sources(None, [("DATABASE_URL".to_owned(), url)]).unwrap();
    let line = database::connect(&settings).await.unwrap_err().to_string();
    assert!(line.starts_with("database.url (DATABASE_URL or "), "{line}");
}
