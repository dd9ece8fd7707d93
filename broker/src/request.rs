//! Requests to JetStream's API and the parsing of its answers.

use async_nats::{Request, client::RequestErrorKind};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Broker, ReadError};

/// The error part of a JetStream answer.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ApiError {
    #[serde(default)]
    pub code: u16,
    #[serde(default)]
    pub err_code: u32,
    #[serde(default)]
    pub description: String,
}

/// A JetStream answer: an error, or what was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer<T> {
    Refused { error: ApiError },
    Given(T),
}

impl Broker {
    /// Asks JetStream's API and reads the answer as JSON.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        subject: String,
        body: &serde_json::Value,
    ) -> Result<Answer<T>, ReadError> {
        let payload = Bytes::from(body.to_string());
        let request = Request::new().payload(payload);
        let answer = self
            .client
            .send_request(subject.clone(), request)
            .await
            .map_err(|error| ReadError::Unavailable(error.to_string()))?;
        serde_json::from_slice(&answer.payload).map_err(|error| ReadError::Malformed {
            what: subject,
            reason: error.to_string(),
        })
    }
}

/// Whether a request that failed this way may have reached the server.
pub(crate) fn may_have_arrived(kind: RequestErrorKind) -> bool {
    match kind {
        RequestErrorKind::TimedOut | RequestErrorKind::Other => true,
        RequestErrorKind::NoResponders
        | RequestErrorKind::InvalidSubject
        | RequestErrorKind::MaxPayloadExceeded => false,
    }
}
