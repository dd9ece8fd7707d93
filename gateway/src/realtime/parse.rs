//! Client frames as they come.

use contract::{
    frames::{ChatClientFrame, ErrorFrame},
    problem::Code,
};
use domain::ClientId;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Reads a client frame.
///
/// # Errors
/// What to answer: `malformed_json` for text that is not JSON, `validation_failed` for an unknown type or field or a
/// wrong value. A send that can be recognised is named.
pub fn client_frame<T: DeserializeOwned>(text: &str) -> Result<T, ErrorFrame> {
    serde_json::from_str(text).map_err(|error| {
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        let (code, detail) = if is_json {
            (
                Code::ValidationFailed,
                format!("The frame is not one of this socket's: {error}."),
            )
        } else {
            (
                Code::MalformedJson,
                format!("The frame is not JSON: {error}."),
            )
        };
        ErrorFrame {
            code: code.as_str().to_owned(),
            detail,
            client_id: client_id_of(text),
            errors: Vec::new(),
        }
    })
}

/// The answer to a binary frame.
pub fn binary_refused() -> ErrorFrame {
    ErrorFrame {
        code: Code::ValidationFailed.as_str().to_owned(),
        detail: "Send JSON in text frames, not binary ones.".to_owned(),
        client_id: None,
        errors: Vec::new(),
    }
}

/// Counts a frame of a room's socket.
pub fn count(frame: &ChatClientFrame) {
    count_kind(match frame {
        ChatClientFrame::Auth { .. } => "auth",
        ChatClientFrame::Send { .. } => "send",
        ChatClientFrame::Typing { .. } => "typing",
        ChatClientFrame::Read { .. } => "read",
        ChatClientFrame::History { .. } => "history",
        ChatClientFrame::Ping {} => "ping",
    });
}

/// Counts a frame by its type.
pub fn count_kind(kind: &'static str) {
    metrics::counter!("webchat_frames_total", "direction" => "in", "type" => kind).increment(1);
}

fn client_id_of(text: &str) -> Option<ClientId> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("client_id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c";

    #[test]
    fn each_kind_of_bad_frame_has_its_code() {
        let cases = [
            ("{", "malformed_json"),
            ("nonsense", "malformed_json"),
            ("{} {}", "malformed_json"),
            ("[]", "validation_failed"),
            ("{}", "validation_failed"),
            (r#"{"type":"dance"}"#, "validation_failed"),
            (r#"{"type":"ping","more":1}"#, "validation_failed"),
            (r#"{"type":"typing","active":"yes"}"#, "validation_failed"),
            (r#"{"type":"read","seq":-1}"#, "validation_failed"),
        ];
        for (text, code) in cases {
            let refused = client_frame::<ChatClientFrame>(text).unwrap_err();
            assert_eq!(refused.code, code, "{text}: {}", refused.detail);
        }
    }

    #[test]
    fn a_bad_send_is_named() {
        let text = format!(r#"{{"type":"send","client_id":"{ID}","text":"hi","colour":"red"}}"#);
        let refused = client_frame::<ChatClientFrame>(&text).unwrap_err();
        assert_eq!(refused.client_id, Some(ID.parse().unwrap()));
    }

    #[test]
    fn a_good_frame_is_read() {
        let ping = client_frame::<ChatClientFrame>(r#"{"type":"ping"}"#).unwrap();
        assert_eq!(ping, ChatClientFrame::Ping {});
    }
}
