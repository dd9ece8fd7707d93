//! Write transactions that nobody's busy database spoils.

use std::time::{Duration, Instant};

use bootstrap::{Database, Transaction};

use crate::error::{ApiError, is_busy};

/// How long to go on trying for SQLite's one write lock, which other processes hold for moments only.
const PATIENCE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(20);

/// Starts a write transaction. It has the write lock from here on, so nothing in it can find the database busy.
///
/// # Errors
/// `unavailable`.
pub async fn begin_write(db: &Database) -> Result<Transaction, ApiError> {
    let begun = Instant::now();
    loop {
        match db.begin_write().await {
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return Ok(outcome?),
        }
    }
}
