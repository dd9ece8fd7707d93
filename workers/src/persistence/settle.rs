//! Storing a batch whatever the database does.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use bootstrap::{Database, Shutdown};
use sea_orm::DbErr;

use super::{
    backoff::{Backoff, Stopped},
    decode::Event,
    lane::Projection,
    pace::Pace,
    poison,
};

/// How often a single row is tried before it counts as refused: two workers that insert the same row at the same
/// moment may meet in a constraint that neither of them breaks the next time.
const TRIES_ALONE: usize = 3;

/// What became of a batch: each message is in one of the two.
#[derive(Debug)]
pub(super) struct Settled<S> {
    /// Parts of the batch that are committed, and what storing them told.
    pub stored: Vec<(Range<usize>, S)>,
    /// Messages that the database refuses, by their place in the batch.
    pub refused: Vec<(usize, DbErr)>,
}

/// Stores the batch in one transaction. While the database is away, it is tried again and again. Where the database
/// refuses a row, halves are tried, so that the culprit alone is left out. Nothing more is tried once `may_go_on` says no.
pub(super) async fn settle<P: Projection>(
    projection: &P,
    database: &Database,
    batch: &[Event<P::Body>],
    pace: &mut Pace,
    may_go_on: &(dyn Fn() -> bool + Sync),
    shutdown: &Shutdown,
) -> Result<Settled<P::Stored>, Stopped> {
    let mut settled = Settled {
        stored: Vec::new(),
        refused: Vec::new(),
    };
    // The earlier half is stored first: it may be what the later one builds on.
    let mut waiting: Vec<Range<usize>> = std::iter::once(0..batch.len()).collect();
    while let Some(part) = waiting.pop() {
        let tries = if part.len() == 1 { TRIES_ALONE } else { 1 };
        match store(
            projection,
            database,
            &batch[part.clone()],
            tries,
            pace,
            may_go_on,
            shutdown,
        )
        .await?
        {
            Ok(told) => settled.stored.push((part, told)),
            Err(error) if part.len() == 1 => settled.refused.push((part.start, error)),
            Err(_) => {
                let middle = part.start + part.len() / 2;
                waiting.push(middle..part.end);
                waiting.push(part.start..middle);
            }
        }
    }
    Ok(settled)
}

/// One transaction, repeated until the database takes it or has refused it `tries` times.
async fn store<P: Projection>(
    projection: &P,
    database: &Database,
    part: &[Event<P::Body>],
    mut tries: usize,
    pace: &mut Pace,
    may_go_on: &(dyn Fn() -> bool + Sync),
    shutdown: &Shutdown,
) -> Result<Result<P::Stored, DbErr>, Stopped> {
    let mut backoff = Backoff::new();
    while may_go_on() {
        match transact(projection, database, part, may_go_on).await {
            Ok(None) => return Err(Stopped),
            Ok(Some((told, held))) => {
                metrics::histogram!("webchat_persistence_transaction_seconds", "consumer" => P::CONSUMER.name)
                    .record(held.as_secs_f64());
                pace.observe(part.len(), held);
                return Ok(Ok(told));
            }
            Err(error) if poison::is_refusal(&error) => {
                tries -= 1;
                if tries == 0 {
                    return Ok(Err(error));
                }
            }
            Err(error) => {
                let consumer = P::CONSUMER.name;
                tracing::warn!(consumer, messages = part.len(), %error, "the database did not take a batch; it is kept and tried again");
                metrics::counter!("webchat_persistence_retries_total", "consumer" => consumer)
                    .increment(1);
            }
        }
        backoff.wait(shutdown).await?;
    }
    Err(Stopped)
}

/// `None` where the batch may not be stored any more: the database may have been waited for.
async fn transact<P: Projection>(
    projection: &P,
    database: &Database,
    part: &[Event<P::Body>],
    may_go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Option<(P::Stored, Duration)>, DbErr> {
    let transaction = database.begin_write().await?;
    let begun = Instant::now();
    let told = projection.store(&transaction, part).await?;
    if !may_go_on() {
        transaction.rollback().await?;
        return Ok(None);
    }
    transaction.commit().await?;
    Ok(Some((told, begun.elapsed())))
}
