//! What can go wrong with the broker, told apart by what the caller should do.

use thiserror::Error;

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// Nobody answered, or refused.
    #[error("cannot connect to NATS at {url}: {reason}")]
    Refused {
        /// The address, without credentials.
        url: String,
        /// What the client library said.
        reason: String,
    },
    /// The server cannot do what WebChat needs.
    #[error("nats-server at {url} is version {version}; WebChat needs {needed} or newer")]
    TooOld {
        /// The address, without credentials.
        url: String,
        /// Its version.
        version: String,
        /// The oldest version that serves.
        needed: &'static str,
    },
    /// JetStream refused a stream or consumer.
    #[error("JetStream cannot provide {what}: {reason}")]
    Provision {
        /// The stream or consumer.
        what: String,
        /// What the server said.
        reason: String,
    },
}

/// Why a publish was not acknowledged.
#[derive(Debug, Error)]
pub enum PublishError {
    /// The expected sequence was not the last one: somebody else was first. Read again and decide again.
    #[error("another writer was first")]
    Conflict,
    /// The broker was not reached: nothing was stored.
    #[error("the broker is not available: {0}")]
    Unavailable(String),
    /// The answer did not come: it may be stored or not. Repeat with the same id, or look.
    #[error("the broker did not answer in time; the message may be stored")]
    Ambiguous,
    /// The broker refused it for good.
    #[error("the broker refused the message: {0}")]
    Rejected(String),
}

/// Why a read failed.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The broker was not reached or did not answer in time.
    #[error("the broker is not available: {0}")]
    Unavailable(String),
    /// What was read is not what it should be.
    #[error("cannot understand {what}: {reason}")]
    Malformed {
        /// Subject or request.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// A newer release wrote it: this one neither uses nor changes it.
    #[error("{what}: {error}")]
    Newer {
        /// Its subject.
        what: String,
        /// Which version it is.
        error: String,
    },
}
