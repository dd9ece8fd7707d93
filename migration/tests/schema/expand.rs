//! Each migration leaves what the release before it reads and writes, and keeps the rows that are there.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;
use webchat_migration::{Migrator, run};
use webchat_tests::postgres::Postgres;

use super::connect;

/// A column, as far as a release that does not know of a migration can notice.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    kind: String,
    is_required: bool,
    has_default: bool,
}

/// Columns by table and name, and how many unique constraints each table has.
#[derive(Debug, Default)]
struct Schema {
    columns: BTreeMap<(String, String), Column>,
    uniques: BTreeMap<String, i64>,
}

const SQLITE_COLUMNS: &str = "SELECT t.name, c.name, c.type, c.\"notnull\" OR c.pk > 0, c.dflt_value IS NOT NULL \
     FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'";
const SQLITE_UNIQUES: &str = "SELECT t.name, count(*) FROM sqlite_master t, pragma_index_list(t.name) i \
     WHERE t.type = 'table' AND i.\"unique\" GROUP BY t.name";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text, data_type::text, \
     is_nullable = 'NO', column_default IS NOT NULL OR is_identity = 'YES' \
     FROM information_schema.columns WHERE table_schema = 'public'";
const POSTGRES_UNIQUES: &str = "SELECT indrelid::regclass::text, count(*) FROM pg_index \
     JOIN pg_class c ON c.oid = indrelid WHERE indisunique AND relnamespace = 'public'::regnamespace GROUP BY 1";

async fn schema(db: &DatabaseConnection) -> Schema {
    let (columns, uniques) = match db.get_database_backend() {
        DbBackend::Sqlite => (SQLITE_COLUMNS, SQLITE_UNIQUES),
        _ => (POSTGRES_COLUMNS, POSTGRES_UNIQUES),
    };
    let rows = async |sql: &str| {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        db.query_all_raw(statement).await.expect("the schema")
    };
    let mut schema = Schema::default();
    for row in rows(columns).await {
        let text = |index| row.try_get_by_index::<String>(index).expect("text");
        let flag = |index| row.try_get_by_index::<bool>(index).expect("a flag");
        let column = Column {
            kind: text(2),
            is_required: flag(3),
            has_default: flag(4),
        };
        schema.columns.insert((text(0), text(1)), column);
    }
    for row in rows(uniques).await {
        let table: String = row.try_get_by_index(0).expect("text");
        let count: i64 = row.try_get_by_index(1).expect("a number");
        schema.uniques.insert(table, count);
    }
    schema
}

fn has_table(schema: &Schema, table: &str) -> bool {
    schema.columns.keys().any(|(name, _)| name == table)
}

fn only_expands(migration: &str, before: &Schema, after: &Schema) {
    for (name, column) in &before.columns {
        let now = after.columns.get(name);
        assert_eq!(now, Some(column), "{migration} changes {name:?}");
    }
    for ((table, name), column) in &after.columns {
        let is_new = !before.columns.contains_key(&(table.clone(), name.clone()));
        if is_new && has_table(before, table) {
            assert!(
                !column.is_required || column.has_default,
                "{migration}: the release before cannot write {table} without {name}"
            );
        }
    }
    for (table, count) in &before.uniques {
        assert_eq!(
            after.uniques.get(table),
            Some(count),
            "{migration} changes what must be unique in {table}"
        );
    }
}

async fn each_migration_only_expands(db: DatabaseConnection) {
    let mut before = schema(&db).await;
    for migration in Migrator::migrations() {
        Migrator::up(&db, Some(1)).await.expect("migrated");
        let after = schema(&db).await;
        only_expands(migration.name(), &before, &after);
        before = after;
    }
    assert!(has_table(&before, "users"), "the schema was looked at");
}

/// A row of each table of the first release, as that release wrote them.
const ROWS: [&str; 5] = [
    "INSERT INTO users (id, username, username_key, password_hash, date_of_birth, display_name, created_at) VALUES ({id}, 'Ada', 'ada', 'x', '1990-05-17', 'Ada', 1)",
    "INSERT INTO rooms (id, low_user, high_user, state, kept, revision, life_seq, created_at, document, last_message_seq) VALUES ({id}, {id}, {id}, 'idle', {false}, 1, 7, 1, '{\"a\": 1}', 0)",
    "INSERT INTO messages (id, client_id, room_id, sender_id, seq, text, attachments, sent_at) VALUES ({id}, {id}, {id}, {id}, 3, 'hello', '[]', 1)",
    "INSERT INTO pairs (low_user, high_user, life_seq, document, reveal_level, kept, blocked_by_low, blocked_by_high, liked_by_low, liked_by_high) VALUES ({id}, {id}, 7, '{}', 0, {false}, {false}, {false}, {false}, {false})",
    "INSERT INTO room_events (room_id, revision, life_seq, document, recorded_at) VALUES ({id}, 1, 7, '{}', 1)",
];
const FIRST_RELEASE: u32 = 5;

async fn execute(db: &DatabaseConnection, sql: &str) {
    let (id, no) = match db.get_database_backend() {
        DbBackend::Sqlite => ("x'01938f6e2f6a7cc09c5a6f1d2f3a4b01'", "0"),
        _ => ("'01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b01'", "false"),
    };
    let sql = sql.replace("{id}", id).replace("{false}", no);
    db.execute_unprepared(&sql)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

async fn count(db: &DatabaseConnection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect("a query");
    row.expect("a row").try_get_by_index(0).expect("a number")
}

async fn rows_of_the_first_release_stay_and_more_can_be_written(db: DatabaseConnection) {
    Migrator::up(&db, Some(FIRST_RELEASE))
        .await
        .expect("migrated");
    for row in ROWS {
        execute(&db, row).await;
    }
    run::<Migrator>(&db).await.expect("migrated to the newest");
    for row in ROWS {
        let table = row.split(' ').nth(2).expect("a table");
        assert_eq!(count(&db, table).await, 1, "{table}");
        execute(&db, &format!("DELETE FROM {table}")).await;
        // The release before does not know what is new.
        execute(&db, row).await;
    }
}

#[tokio::test]
async fn each_migration_only_expands_on_sqlite() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let url = format!("sqlite://{}/a.db?mode=rwc", dir.path().display());
    each_migration_only_expands(connect(&url).await).await;
}

#[tokio::test]
async fn each_migration_only_expands_on_postgresql() {
    each_migration_only_expands(connect(&Postgres::shared().fresh_database()).await).await;
}

#[tokio::test]
async fn rows_of_the_first_release_stay_on_sqlite() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let url = format!("sqlite://{}/a.db?mode=rwc", dir.path().display());
    rows_of_the_first_release_stay_and_more_can_be_written(connect(&url).await).await;
}

#[tokio::test]
async fn rows_of_the_first_release_stay_on_postgresql() {
    let url = Postgres::shared().fresh_database();
    rows_of_the_first_release_stay_and_more_can_be_written(connect(&url).await).await;
}
