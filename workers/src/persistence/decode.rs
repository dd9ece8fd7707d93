//! What a lane works on, read from a delivery.

use contract::{Envelope, EnvelopeError};
use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// A stored message of a stream with its body understood.
#[derive(Debug, Clone)]
pub(super) struct Event<T> {
    /// Its sequence in the stream.
    pub seq: u64,
    /// When the stream stored it.
    pub at: Timestamp,
    /// What it says.
    pub body: T,
}

/// Why a delivery can never be stored.
#[derive(Debug, Error)]
pub(super) enum Undecodable {
    /// It is not what its stream carries.
    #[error("the body cannot be read: {0}")]
    Body(#[from] serde_json::Error),
    /// A worker of the release that wrote it can store it.
    #[error(transparent)]
    Newer(EnvelopeError),
    /// It stands on a subject where it does not belong.
    #[error("the body does not belong on this subject")]
    Misplaced,
}

/// The body of a lifecycle event, understood and word for word.
pub(super) fn from_envelope<T: DeserializeOwned>(
    payload: &[u8],
) -> Result<(T, Value), Undecodable> {
    match Envelope::open(payload) {
        Ok(event) => Ok((event.body, event.document)),
        Err(EnvelopeError::Body(error)) => Err(error.into()),
        Err(newer @ EnvelopeError::Newer { .. }) => Err(Undecodable::Newer(newer)),
    }
}

/// A sequence as SQL has it. The server gives no higher ones.
pub(super) fn sql_seq(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
