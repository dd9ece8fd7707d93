//! The schema comes up on both databases, however many processes start at once.

#![allow(
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

#[path = "schema/expand.rs"]
mod expand;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use sea_orm_migration::MigratorTrait;
use webchat_migration::{Migrator, run};
use webchat_tests::postgres::Postgres;

const TABLES: [&str; 23] = [
    "avatars",
    "deletions",
    "expiries",
    "files",
    "matching_model",
    "matching_outcomes",
    "matching_people",
    "matching_tellings",
    "messages",
    "outbox",
    "pairs",
    "profiles",
    "read_positions",
    "report_evidence",
    "reports",
    "room_events",
    "room_members",
    "room_pasts",
    "rooms",
    "seaql_migrations",
    "sessions",
    "storage_owner",
    "users",
];

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(2);
    Database::connect(options).await.expect("connect")
}

async fn strings(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("query");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("text"))
        .collect()
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    };
    strings(db, sql).await
}

/// Each start has its own connections, as each process would, and all begin with the file or database empty.
async fn start_four_at_once(url: &str) {
    let starts = (0..4).map(|_| {
        let url = url.to_owned();
        tokio::spawn(async move { run::<Migrator>(&connect(&url).await).await })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.expect("no panic").expect("migrated");
    }
}

async fn the_schema_is_complete_and_a_second_run_changes_nothing(url: &str) {
    let db = connect(url).await;
    assert_eq!(tables(&db).await, TABLES);
    let applied = "SELECT version || ' ' || applied_at FROM seaql_migrations ORDER BY version";
    let before = strings(&db, applied).await;
    assert_eq!(before.len(), Migrator::migrations().len());
    run::<Migrator>(&db).await.expect("second run");
    assert_eq!(strings(&db, applied).await, before);
    assert_eq!(tables(&db).await, TABLES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_starts_at_once_migrate_a_new_sqlite_file() {
    let dir = tempfile::tempdir().expect("temporary folder");
    for round in 0..5 {
        let url = format!("sqlite://{}/{round}.db?mode=rwc", dir.path().display());
        start_four_at_once(&url).await;
        the_schema_is_complete_and_a_second_run_changes_nothing(&url).await;
        assert_eq!(
            strings(&connect(&url).await, "PRAGMA journal_mode").await,
            ["wal"]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_starts_at_once_migrate_a_new_postgres_database() {
    let url = Postgres::shared().fresh_database();
    start_four_at_once(&url).await;
    the_schema_is_complete_and_a_second_run_changes_nothing(&url).await;
}

async fn rooms_that_ended_before_there_were_expiries_get_theirs(url: &str) {
    const BEFORE: u32 = 9;
    let db = connect(url).await;
    Migrator::up(&db, Some(BEFORE))
        .await
        .expect("the release before");
    for (last, state, kept) in [(1, "ended", false), (2, "ended", true), (3, "idle", false)] {
        let id = format!("00000000-0000-7000-8000-00000000000{last}");
        let id = match db.get_database_backend() {
            DbBackend::Sqlite => format!("x'{}'", id.replace('-', "")),
            _ => format!("'{id}'"),
        };
        let room = format!(
            "INSERT INTO rooms (id, low_user, high_user, state, kept, revision, life_seq, created_at, document)
             VALUES ({id}, {id}, {id}, '{state}', {kept}, 1, {last}, 1, '{{}}')"
        );
        db.execute_unprepared(&room).await.expect("a room");
    }
    run::<Migrator>(&db).await.expect("this release");
    let noted = "SELECT rooms.state || ' ' || has_remains || ' ' || (ended_at > 1000000000000)
                 FROM expiries JOIN rooms ON rooms.id = room_id AND expired_at IS NULL";
    let yes = match db.get_database_backend() {
        DbBackend::Sqlite => "1",
        _ => "true",
    };
    assert_eq!(strings(&db, noted).await, [format!("ended {yes} {yes}")]);
}

#[tokio::test]
async fn rooms_that_had_ended_on_sqlite_get_their_expiry() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let url = format!("sqlite://{}/older.db?mode=rwc", dir.path().display());
    rooms_that_ended_before_there_were_expiries_get_theirs(&url).await;
}

#[tokio::test]
async fn rooms_that_had_ended_on_postgres_get_their_expiry() {
    let url = Postgres::shared().fresh_database();
    rooms_that_ended_before_there_were_expiries_get_theirs(&url).await;
}

#[tokio::test]
async fn an_older_release_starts_on_a_database_that_a_newer_one_migrated() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let db = connect(&format!(
        "sqlite://{}/newer.db?mode=rwc",
        dir.path().display()
    ))
    .await;
    run::<Migrator>(&db).await.expect("first run");
    db.execute_unprepared(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99991231_000001_later', 0)",
    )
    .await
    .expect("pretend");
    run::<Migrator>(&db)
        .await
        .expect("nothing of ours is pending");
}
