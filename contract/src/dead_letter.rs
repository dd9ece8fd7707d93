//! What a consumer could not process, on `dlq.<consumer>`.

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};
use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A delivery that was given up, whole: the same delivery can be made again from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The stream that it stood in.
    pub stream: String,
    /// Its subject there.
    pub subject: String,
    /// Its sequence there.
    pub seq: u64,
    /// When that stream stored it.
    pub stored_at: Timestamp,
    /// How often it was delivered.
    pub attempts: i64,
    /// Why it was given up.
    pub error: String,
    /// Its body, where that is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Its body, where that is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_base64: Option<String>,
}

impl DeadLetter {
    /// With this body, byte for byte.
    #[must_use]
    pub fn with_body(mut self, body: &[u8]) -> Self {
        match std::str::from_utf8(body) {
            Ok(text) => self.payload = Some(text.to_owned()),
            Err(_binary) => self.payload_base64 = Some(STANDARD.encode(body)),
        }
        self
    }

    /// The body, byte for byte.
    ///
    /// # Errors
    /// The letter was written by hand and its base64 is none.
    pub fn body(&self) -> Result<Vec<u8>, DecodeError> {
        match (&self.payload, &self.payload_base64) {
            (Some(text), _) => Ok(text.clone().into_bytes()),
            (None, Some(encoded)) => STANDARD.decode(encoded),
            (None, None) => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(body: &[u8]) -> DeadLetter {
        let letter = DeadLetter {
            stream: "CHAT".to_owned(),
            subject: "chat.0.room".to_owned(),
            seq: 7,
            stored_at: Timestamp(1),
            attempts: 1,
            error: "cannot be read".to_owned(),
            payload: None,
            payload_base64: None,
        };
        letter.with_body(body)
    }

    #[test]
    fn a_body_comes_back_byte_for_byte() {
        for body in [&b"text"[..], b"", b"\xff\x00\xfe", "\u{1f44b}".as_bytes()] {
            let written = serde_json::to_string(&letter(body)).unwrap();
            let read: DeadLetter = serde_json::from_str(&written).unwrap();
            assert_eq!(read.body().unwrap(), body);
        }
    }

    #[test]
    fn a_text_stays_readable() {
        let written = serde_json::to_value(letter(b"{\"a\":1}")).unwrap();
        assert_eq!(written["payload"], "{\"a\":1}");
    }
}
