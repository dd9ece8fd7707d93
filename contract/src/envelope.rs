//! What every event of the lifecycle travels in.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

/// The version of the bodies that this release writes, and the highest that it reads. New fields do not change it: a
/// release keeps those that it does not know ([`crate::Unknown`]). It grows with what the release before could not read,
/// for example a new phase of a room.
pub const VERSION: u8 = 1;

/// An event with the id by which its writer recognises it: where the broker's answer was lost, the writer reads the
/// subject's last event and sees by the id whether it was its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Version of the body's shape. Additions do not change it.
    pub version: u8,
    /// Unique for each write.
    pub event_id: Uuid,
    /// What happened.
    pub body: T,
}

/// An event as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened<T> {
    /// Its id.
    pub event_id: Uuid,
    /// What happened.
    pub body: T,
    /// The body word for word, with what this release does not know.
    pub document: Value,
}

/// Why an event was not read.
#[derive(Debug, Error)]
pub enum EnvelopeError {
    /// It is not for this release to touch.
    #[error(
        "a newer release wrote it (version {version}; this one reads up to {VERSION}): leave it to that one"
    )]
    Newer {
        /// Its version.
        version: u8,
    },
    /// It is no such event.
    #[error("the body cannot be read: {0}")]
    Body(#[from] serde_json::Error),
}

impl<T> Envelope<T> {
    /// Wraps a body of the present version.
    pub fn new(event_id: Uuid, body: T) -> Self {
        Self {
            version: VERSION,
            event_id,
            body,
        }
    }
}

impl<T: DeserializeOwned> Envelope<T> {
    /// Reads an event that this release may understand.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn open(payload: &[u8]) -> Result<Opened<T>, EnvelopeError> {
        let envelope: Envelope<Value> = serde_json::from_slice(payload)?;
        if envelope.version > VERSION {
            return Err(EnvelopeError::Newer {
                version: envelope.version,
            });
        }
        Ok(Opened {
            event_id: envelope.event_id,
            body: T::deserialize(&envelope.body)?,
            document: envelope.body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_newer_version_is_left_alone_and_garbage_is_told_apart_from_it() {
        let written = |version: u8, body: &str| {
            format!(
                r#"{{"version":{version},"event_id":"{}","body":{body}}}"#,
                Uuid::nil()
            )
        };
        let open = |text: String| Envelope::<u8>::open(text.as_bytes());
        assert_eq!(open(written(VERSION, "7")).unwrap().body, 7);
        let newer = open(written(VERSION + 1, "7"));
        assert!(matches!(newer, Err(EnvelopeError::Newer { version: 2 })));
        let garbage = open(written(VERSION, "\"seven\""));
        assert!(matches!(garbage, Err(EnvelopeError::Body(_))));
    }
}
