//! The SQL database of a process: one way to read, one way to write.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions,
};
use settings::{DatabaseLocation, ExposeSecret, Settings, SettingsError, folder};

use crate::bounded::{Connection, Transaction};
use crate::{Readiness, Shutdown, postgres};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long PostgreSQL may take for a statement, with the wait for a free connection. Whatever takes longer has hung.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const PROBE_PERIOD: Duration = Duration::from_secs(2);

/// The connections of a process. Clones share them.
#[derive(Debug, Clone)]
pub struct Database {
    /// For queries. On SQLite it refuses to write.
    pub read: Connection,
    /// For single statements that write; several belong into [`Database::begin_write`]. On SQLite
    /// it is one connection, so the tasks of a process wait for each other instead of failing.
    pub write: Connection,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// `database.url` cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migration(#[from] migration::RunError),
}

/// Opens the database that the settings name and brings its schema up to date. Several processes
/// may do so at once. A SQLite file and its folder are made if they are missing.
///
/// # Errors
/// The database cannot be reached or migrated; the error names `database.url`.
pub async fn connect(settings: &Settings) -> Result<Database, DatabaseError> {
    let max_connections = settings.database.max_connections;
    match settings.database_location()? {
        DatabaseLocation::Sqlite(path) => open_sqlite(&path, max_connections).await,
        DatabaseLocation::Postgres(url) => {
            let mut options = ConnectOptions::new(url.expose_secret());
            configure_pool(&mut options, max_connections);
            postgres::drop_dead_connections(&mut options);
            let connection = open(options, "PostgreSQL").await?;
            migration::run::<migration::Migrator>(&connection).await?;
            let connection = Connection::new(connection, Some(ANSWER_WITHIN));
            Ok(Database {
                read: connection.clone(),
                write: connection,
            })
        }
    }
}

impl Database {
    /// Starts a transaction that writes. On SQLite it takes the write lock at once: a transaction
    /// that reads first and writes later could fail with `SQLITE_BUSY` whatever the timeout.
    ///
    /// # Errors
    /// No connection became free, or the lock was not granted in time.
    pub async fn begin_write(&self) -> Result<Transaction, DbErr> {
        // Ignored by PostgreSQL.
        let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions {
            sqlite_transaction_mode,
            ..Default::default()
        };
        self.write.begin_with_options(options).await
    }

    /// Starts a transaction that only reads, and sees all of it as it was at one moment.
    ///
    /// # Errors
    /// No connection became free, or the database does not answer.
    pub async fn begin_snapshot(&self) -> Result<Transaction, DbErr> {
        // A transaction of PostgreSQL sees what others commit meanwhile unless it is asked not to; one of SQLite never does.
        let is_postgres = self.read.get_database_backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: is_postgres.then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        self.read.begin_with_options(options).await
    }

    /// Reports as the readiness check `database`, every two seconds until shutdown.
    pub fn report_readiness(&self, readiness: &Readiness, shutdown: &Shutdown) {
        let read = self.read.clone();
        readiness.probe("database", PROBE_PERIOD, shutdown, move || {
            let read = read.clone();
            async move { read.ping().await }
        });
    }
}

async fn open_sqlite(path: &Path, max_connections: u32) -> Result<Database, DatabaseError> {
    if let Some(folder) = path.parent() {
        folder::make_private(folder).map_err(|error| {
            let problem = format!("cannot make the folder {}: {error}", folder.display());
            SettingsError::about("database.url", problem)
        })?;
    }
    let what = format!("the SQLite file {}", path.display());
    let write = open(sqlite_options(path, 1, false), &what).await?;
    migration::run::<migration::Migrator>(&write).await?;
    let read = open(sqlite_options(path, max_connections, true), &what).await?;
    Ok(Database {
        read: Connection::new(read, None),
        write: Connection::new(write, None),
    })
}

fn sqlite_options(path: &Path, max_connections: u32, query_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite:");
    configure_pool(&mut options, max_connections);
    // A new connection would have to parse the schema again.
    options.idle_timeout(None).max_lifetime(None);
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_release(|connection, _| Box::pin(is_outside_a_transaction(connection)))
    });
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |options| tune_sqlite(options, &path, query_only));
    options
}

/// Whether a connection can be used again. Where the disk is full, SQLite ends a transaction by itself, the driver's own end
/// of it fails, and the driver takes the connection to be inside of it from then on: what is written later would be
/// told as committed and never be.
async fn is_outside_a_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The end of a transaction that was dropped is done by then.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// WAL is switched on by the migrations, for good. FULL syncs the log at every commit: the broker
/// forgets, and clients drop, what a commit has stored, so a power cut may not take it back.
fn tune_sqlite(
    options: SqliteConnectOptions,
    path: &Path,
    query_only: bool,
) -> SqliteConnectOptions {
    let options = options
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full);
    match query_only {
        true => options.pragma("query_only", "ON"),
        // What is deleted is overwritten, and not only left to be found in the file.
        false => options.pragma("secure_delete", "ON"),
    }
}

fn configure_pool(options: &mut ConnectOptions, max_connections: u32) {
    options
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
}

async fn open(options: ConnectOptions, what: &str) -> Result<DatabaseConnection, SettingsError> {
    sea_orm::Database::connect(options).await.map_err(|error| {
        SettingsError::about("database.url", format!("cannot open {what}: {error}"))
    })
}
