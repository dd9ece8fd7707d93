//! A dead letter, tried once more.

use broker::{Broker, PublishError, life::ChangeError};
use contract::{
    DeadLetter, Envelope, EnvelopeError,
    consumers::{COUNTDOWN_DUE, COUNTDOWN_ROOMS},
    life::Due,
};
use domain::room::Room;
use thiserror::Error;

use super::{due, timers};

/// Why a dead letter stays one.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// It was not written by a worker.
    #[error("its body cannot be read: {0}")]
    Body(String),
    /// The worker understands it no better than the first time.
    #[error(transparent)]
    Undecodable(#[from] EnvelopeError),
    /// The room does not take it.
    #[error(transparent)]
    Refused(#[from] ChangeError),
    /// The broker did not take the timer.
    #[error(transparent)]
    Broker(#[from] PublishError),
    /// Another worker's.
    #[error("no worker of this version reads the consumer {0}")]
    UnknownConsumer(String),
}

/// Makes the very delivery again that a consumer of countdown gave up: the room's timer is set, or the timer is applied.
/// Repeating it is harmless.
///
/// # Errors
/// [`ReplayError`]; the letter is then still needed.
pub async fn replay(
    broker: &Broker,
    consumer: &str,
    letter: &DeadLetter,
) -> Result<(), ReplayError> {
    let body = letter.body();
    let body = body.map_err(|error| ReplayError::Body(error.to_string()))?;
    if consumer == COUNTDOWN_ROOMS.name {
        let room = Envelope::<Room>::open(&body)?;
        if let Some(due) = timers::needed_by(&room.body) {
            timers::schedule(broker, due).await?;
        }
        return Ok(());
    }
    if consumer == COUNTDOWN_DUE.name {
        let due: Due = serde_json::from_slice(&body).map_err(EnvelopeError::from)?;
        due::apply(broker, due, letter.stored_at).await?;
        return Ok(());
    }
    Err(ReplayError::UnknownConsumer(consumer.to_owned()))
}
