//! Connections to PostgreSQL whose other end is gone without a word.
//!
//! The driver tests a connection when it is taken and when it is given back, and waits for the answer without end. A
//! dead connection would keep its place in the pool, and soon there would be no other.

use std::time::Duration;

use sea_orm::{
    ConnectOptions,
    sqlx::{
        Connection, Error, PgConnection,
        pool::{PoolConnectionMetadata, PoolOptions},
        postgres::Postgres,
    },
};
use tokio::time::timeout;

/// How long a connection may take to show that it is alive; less than a statement may, so that a request that meets a
/// dead one still gets a new one.
const ALIVE_WITHIN: Duration = Duration::from_secs(1);
/// A connection that was tested so recently is not tested again.
const TESTED_RECENTLY: Duration = Duration::from_secs(1);

/// Has the pool let go of connections that do not answer.
pub(crate) fn drop_dead_connections(options: &mut ConnectOptions) {
    options.map_sqlx_postgres_pool_opts(tested_in_time);
}

fn tested_in_time(options: PoolOptions<Postgres>) -> PoolOptions<Postgres> {
    options
        .test_before_acquire(false)
        .before_acquire(|connection, idle| Box::pin(is_alive(connection, idle)))
        .after_release(|connection, used| Box::pin(is_alive(connection, used)))
}

async fn is_alive(
    connection: &mut PgConnection,
    so_far: PoolConnectionMetadata,
) -> Result<bool, Error> {
    // What was given back this moment counts as idle for no time, but was not tested.
    if !so_far.idle_for.is_zero() && so_far.idle_for < TESTED_RECENTLY {
        return Ok(true);
    }
    match timeout(ALIVE_WITHIN, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_elapsed) => Err(Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}
