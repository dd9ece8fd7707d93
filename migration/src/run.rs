//! Applies pending migrations while holding a lock that spans processes.

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::Migrator;

/// How long to wait for another process that migrates. Also bounds each wait for a table lock on PostgreSQL.
const LOCK_LIMIT: Duration = Duration::from_secs(60);
/// Pause between two attempts at a busy SQLite file.
const BUSY_PAUSE: Duration = Duration::from_millis(50);
/// Any fixed number will do; it names "the schema of WebChat" among the advisory locks of a PostgreSQL database.
const ADVISORY_LOCK: i64 = 0x0077_6562_6368_6174;

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Somebody else held the database for the whole waiting time.
    #[error(
        "the database stayed locked for {waited_secs} s: another process migrates or writes; \
         wait until it has ended, then start again"
    )]
    Locked {
        /// How long this process waited.
        waited_secs: u64,
        /// The database's last answer.
        source: DbErr,
    },
    /// The database refused; nothing was changed, all pending migrations share one transaction.
    #[error("the database schema could not be updated: {0}")]
    Database(#[from] DbErr),
}

/// Brings the schema up to date. Any number of processes may call this at once on one database, new or old: one
/// applies what is pending, the others wait and find nothing to do. It is all or nothing.
///
/// A database that a newer release has migrated is accepted as it is, so that the older release can still start
/// while a rollout is under way.
///
/// On SQLite it also switches the file to WAL for good; connections need not, and should not, set `journal_mode`.
pub async fn run(db: &DatabaseConnection) -> Result<(), RunError> {
    let transaction = match db.get_database_backend() {
        DbBackend::Sqlite => {
            switch_to_wal(db).await?;
            begin_immediate(db).await?
        }
        _ => begin_with_advisory_lock(db).await?,
    };
    if is_current(&transaction).await? {
        tracing::debug!("database schema is current");
    } else {
        Migrator::up(&transaction, None).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn is_current(transaction: &DatabaseTransaction) -> Result<bool, DbErr> {
    let applied = Migrator::get_migration_models(transaction).await?;
    Ok(Migrator::migrations()
        .iter()
        .all(|migration| applied.iter().any(|row| row.version == migration.name())))
}

async fn switch_to_wal(db: &DatabaseConnection) -> Result<(), RunError> {
    let patience = Patience::start();
    while let Err(error) = db.execute_unprepared("PRAGMA journal_mode=WAL").await {
        patience.pause_or_give_up(error).await?;
    }
    Ok(())
}

async fn begin_immediate(db: &DatabaseConnection) -> Result<DatabaseTransaction, RunError> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let patience = Patience::start();
    loop {
        match db.begin_with_options(immediate).await {
            Ok(transaction) => return Ok(transaction),
            Err(error) => patience.pause_or_give_up(error).await?,
        }
    }
}

/// The lock belongs to the transaction, so it goes with the connection if this process dies.
async fn begin_with_advisory_lock(
    db: &DatabaseConnection,
) -> Result<DatabaseTransaction, RunError> {
    let started = Instant::now();
    let transaction = db.begin().await?;
    transaction
        .execute_unprepared(&format!(
            "SET LOCAL lock_timeout = '{}s'",
            LOCK_LIMIT.as_secs()
        ))
        .await?;
    let lock = Statement::from_string(
        DbBackend::Postgres,
        format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"),
    );
    match transaction.query_one_raw(lock).await {
        Ok(_) => Ok(transaction),
        Err(source) if is_lock_timeout(&source) => Err(RunError::Locked {
            waited_secs: started.elapsed().as_secs(),
            source,
        }),
        Err(source) => Err(source.into()),
    }
}

/// SQLite answers some lock conflicts at once, whatever `busy_timeout` says: the switch to WAL is one of them.
struct Patience {
    started: Instant,
}

impl Patience {
    fn start() -> Patience {
        Patience {
            started: Instant::now(),
        }
    }

    async fn pause_or_give_up(&self, error: DbErr) -> Result<(), RunError> {
        if !is_busy(&error) {
            return Err(error.into());
        }
        if self.started.elapsed() >= LOCK_LIMIT {
            return Err(RunError::Locked {
                waited_secs: self.started.elapsed().as_secs(),
                source: error,
            });
        }
        tokio::time::sleep(BUSY_PAUSE).await;
        Ok(())
    }
}

/// `SQLITE_BUSY` (5) or `SQLITE_LOCKED` (6), whose extended codes keep the primary code in the low byte.
fn is_busy(error: &DbErr) -> bool {
    driver_code(error)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// `lock_not_available`.
fn is_lock_timeout(error: &DbErr) -> bool {
    driver_code(error).as_deref() == Some("55P03")
}

fn driver_code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return None;
    };
    cause
        .as_database_error()?
        .code()
        .map(|code| code.into_owned())
}
