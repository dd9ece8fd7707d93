//! Applies pending migrations while holding a lock that spans processes.

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

/// How long to wait for another process that migrates, and to go on trying for locks that others hold.
const LOCK_LIMIT: Duration = Duration::from_secs(60);
/// How long one attempt on PostgreSQL waits for the lock of a table. Whoever wants that table next waits behind it, and where
/// two tables are locked in another order than by the processes that are at work, it ends the deadlock before PostgreSQL looks
/// for one (`deadlock_timeout`, 1 s) and takes a request for its victim.
const TABLE_LOCK_LIMIT: Duration = Duration::from_millis(300);
/// Pause between two attempts, in which those who waited come first.
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

/// Brings the schema up to date with the migrations of `M`. Any number of processes may call this at once on one database, new
/// or old: one applies what is pending, the others wait and find nothing to do. It is all or nothing. Processes that are at
/// work go on meanwhile: on PostgreSQL they wait for moments, and whenever they and this wait for each other, this steps back
/// and begins anew.
///
/// A database that a newer release has migrated is accepted as it is, so that the older release can still start
/// while a rollout is under way.
///
/// On SQLite it also switches the file to WAL for good; connections need not, and should not, set `journal_mode`.
///
/// # Errors
/// Others held the database for a minute, or it refused.
pub async fn run<M: MigratorTrait>(db: &DatabaseConnection) -> Result<(), RunError> {
    let patience = Patience::start();
    if db.get_database_backend() == DbBackend::Sqlite {
        while let Err(error) = db.execute_unprepared("PRAGMA journal_mode=WAL").await {
            patience.pause_or_give_up(error).await?;
        }
    }
    while let Err(error) = apply_pending::<M>(db).await {
        patience.pause_or_give_up(error).await?;
    }
    Ok(())
}

async fn apply_pending<M: MigratorTrait>(db: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = match db.get_database_backend() {
        DbBackend::Sqlite => begin_immediate(db).await?,
        _ => begin_with_advisory_lock(db).await?,
    };
    if is_current::<M>(&transaction).await? {
        tracing::debug!("database schema is current");
    } else {
        M::up(&transaction, None).await?;
    }
    transaction.commit().await
}

async fn is_current<M: MigratorTrait>(transaction: &DatabaseTransaction) -> Result<bool, DbErr> {
    let applied = M::get_migration_models(transaction).await?;
    Ok(M::migrations()
        .iter()
        .all(|migration| applied.iter().any(|row| row.version == migration.name())))
}

async fn begin_immediate(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    db.begin_with_options(immediate).await
}

/// The lock belongs to the transaction, so it goes with the connection if this process dies.
async fn begin_with_advisory_lock(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let transaction = db.begin().await?;
    limit_lock_waits(&transaction, LOCK_LIMIT).await?;
    let lock = format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})");
    transaction.execute_unprepared(&lock).await?;
    limit_lock_waits(&transaction, TABLE_LOCK_LIMIT).await?;
    Ok(transaction)
}

async fn limit_lock_waits(transaction: &DatabaseTransaction, limit: Duration) -> Result<(), DbErr> {
    let set = format!("SET LOCAL lock_timeout = '{}ms'", limit.as_millis());
    transaction.execute_unprepared(&set).await?;
    Ok(())
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
        if !is_passing(&error) {
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

/// `SQLITE_BUSY` (5) or `SQLITE_LOCKED` (6), whose extended codes keep the primary code in the low byte; on PostgreSQL
/// `lock_not_available` or `deadlock_detected`.
fn is_passing(error: &DbErr) -> bool {
    let code = driver_code(error).unwrap_or_default();
    let is_sqlite = code
        .parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6));
    is_sqlite && code.len() < 5 || matches!(code.as_str(), "55P03" | "40P01")
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
