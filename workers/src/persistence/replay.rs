//! A dead letter, tried once more.

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::{
    DeadLetter,
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
};
use thiserror::Error;
use tokio::sync::mpsc;

use super::{
    Projections,
    decode::{Event, Undecodable},
    events::Refusals,
    lane::Projection,
    pace::Pace,
    settle::settle,
};

/// Why a dead letter stays one.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// It was not written by a worker.
    #[error("its body cannot be read: {0}")]
    Body(String),
    /// The worker understands it no better than the first time.
    #[error("{0}")]
    Undecodable(String),
    /// The database refuses it still.
    #[error("the database refuses it: {0}")]
    Refused(String),
    /// The broker refuses what follows from it still.
    #[error("{0}")]
    Untold(String),
    /// The database or the broker went away.
    #[error("it was interrupted; the letter is kept")]
    Interrupted,
    /// Another worker's.
    #[error("no worker of this version reads the consumer {0}")]
    UnknownConsumer(String),
}

impl From<Undecodable> for ReplayError {
    fn from(error: Undecodable) -> Self {
        Self::Undecodable(error.to_string())
    }
}

/// Makes the very delivery again that a consumer of persistence gave up: stored under the sequence and the time of the
/// stream, and told as it would have been then. Repeating it changes nothing and tells the same.
///
/// # Errors
/// [`ReplayError`]; the letter is then still needed.
pub async fn replay(
    broker: &Broker,
    database: &Database,
    consumer: &str,
    letter: &DeadLetter,
    shutdown: &Shutdown,
) -> Result<(), ReplayError> {
    let (refusals, mut refused) = mpsc::unbounded_channel();
    let refusals = Refusals::Reported(refusals);
    let projections = Projections::new(broker, database, shutdown, &refusals);
    match consumer {
        _ if consumer == PERSISTENCE_CHAT.name => {
            again(&projections.messages, database, letter, shutdown).await
        }
        _ if consumer == PERSISTENCE_LIFE.name => {
            again(&projections.rooms, database, letter, shutdown).await
        }
        _ if consumer == PERSISTENCE_RECEIPT.name => {
            again(&projections.receipts, database, letter, shutdown).await
        }
        other => Err(ReplayError::UnknownConsumer(other.to_owned())),
    }?;
    match refused.try_recv() {
        Ok(reason) => Err(ReplayError::Untold(reason)),
        Err(_nothing_was_refused) => Ok(()),
    }
}

async fn again<P: Projection>(
    projection: &P,
    database: &Database,
    letter: &DeadLetter,
    shutdown: &Shutdown,
) -> Result<(), ReplayError> {
    let body = letter.body();
    let body = body.map_err(|error| ReplayError::Body(error.to_string()))?;
    let batch = [Event {
        seq: letter.seq,
        at: letter.stored_at,
        body: P::decode(&letter.subject, &body)?,
    }];
    let mut pace = Pace::for_database(&database.write, 1);
    let settled = settle(projection, database, &batch, &mut pace, &|| true, shutdown).await;
    let settled = settled.map_err(|_stopped| ReplayError::Interrupted)?;
    if let Some((_, error)) = settled.refused.into_iter().next() {
        return Err(ReplayError::Refused(error.to_string()));
    }
    for (_, stored) in settled.stored {
        let told = projection.tell(&batch, stored).await;
        told.map_err(|_stopped| ReplayError::Interrupted)?;
    }
    Ok(())
}
