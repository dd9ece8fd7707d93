//! A stored message, as the broker's two ways of reading one send it.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::Timestamp;
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::ReadError;

/// A stored message.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its subject.
    pub subject: String,
    /// Its sequence in the stream.
    pub seq: u64,
    /// When the stream stored it, by the broker's clock.
    pub stored_at: Timestamp,
    /// Its body.
    pub payload: Bytes,
}

/// The broker's answer to a get of one message.
#[derive(Deserialize)]
pub(crate) struct GetAnswer {
    pub(crate) message: WireMessage,
}

#[derive(Deserialize)]
pub(crate) struct WireMessage {
    subject: String,
    seq: u64,
    #[serde(default)]
    data: String,
    time: String,
}

impl WireMessage {
    pub(crate) fn into_record(self) -> Result<Record, ReadError> {
        let malformed = |reason: String| ReadError::Malformed {
            what: self.subject.clone(),
            reason,
        };
        let payload = STANDARD
            .decode(&self.data)
            .map_err(|error| malformed(error.to_string()))?;
        let stored_at = parse_time(&self.time).ok_or_else(|| malformed("no time".to_owned()))?;
        Ok(Record {
            payload: payload.into(),
            stored_at,
            seq: self.seq,
            subject: self.subject,
        })
    }
}

/// What a direct get has sent.
pub(crate) fn direct_record(message: async_nats::Message) -> Result<Record, ReadError> {
    let header = |name: &str| {
        let headers = message.headers.as_ref()?;
        headers.get(name).map(|value| value.as_str().to_owned())
    };
    let missing = |what: &str| ReadError::Malformed {
        what: "a replayed message".to_owned(),
        reason: format!("it has no {what}"),
    };
    Ok(Record {
        subject: header("Nats-Subject").ok_or_else(|| missing("Nats-Subject"))?,
        seq: header("Nats-Sequence")
            .and_then(|seq| seq.parse().ok())
            .ok_or_else(|| missing("Nats-Sequence"))?,
        stored_at: header("Nats-Time-Stamp")
            .and_then(|time| parse_time(&time))
            .ok_or_else(|| missing("Nats-Time-Stamp"))?,
        payload: message.payload,
    })
}

/// A time as the broker writes it.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .map(Timestamp::from_datetime)
}
