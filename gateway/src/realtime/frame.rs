//! A server frame as bytes: encoded once, however many sockets get it.

use axum::extract::ws::Utf8Bytes;
use contract::{
    frames::{ChatServerFrame, ErrorFrame, MAX_FRAME_BYTES, NotificationsServerFrame},
    message::Message,
};
use domain::ClientId;
use serde::Serialize;

use crate::error::ApiError;

/// What an answer to `history` has around its messages.
const HISTORY_ENVELOPE_BYTES: usize = 64;

/// An encoded frame. A clone shares the bytes.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its type, for metrics.
    pub kind: &'static str,
    /// Its JSON.
    pub text: Utf8Bytes,
}

impl From<&ChatServerFrame> for Frame {
    fn from(frame: &ChatServerFrame) -> Self {
        let kind = match frame {
            ChatServerFrame::Hello { .. } => "hello",
            ChatServerFrame::Message(_) => "message",
            ChatServerFrame::Ack { .. } => "ack",
            ChatServerFrame::Stored { .. } => "stored",
            ChatServerFrame::Typing { .. } => "typing",
            ChatServerFrame::Presence { .. } => "presence",
            ChatServerFrame::Read { .. } => "read",
            ChatServerFrame::Room(_) => "room",
            ChatServerFrame::Error(_) => "error",
            ChatServerFrame::History { .. } => "history",
            ChatServerFrame::AuthOk { .. } => "auth_ok",
            ChatServerFrame::Pong { .. } => "pong",
        };
        encode(kind, frame)
    }
}

impl From<&NotificationsServerFrame> for Frame {
    fn from(frame: &NotificationsServerFrame) -> Self {
        let kind = match frame {
            NotificationsServerFrame::Hello { .. } => "hello",
            NotificationsServerFrame::MatchFound { .. } => "match_found",
            NotificationsServerFrame::Room(_) => "room",
            NotificationsServerFrame::Ticket(_) => "ticket",
            NotificationsServerFrame::Unread { .. } => "unread",
            NotificationsServerFrame::MutualLike { .. } => "mutual_like",
            NotificationsServerFrame::Presence { .. } => "presence",
            NotificationsServerFrame::Error(_) => "error",
            NotificationsServerFrame::AuthOk { .. } => "auth_ok",
            NotificationsServerFrame::Pong { .. } => "pong",
            NotificationsServerFrame::SignedOut {} => "signed_out",
        };
        encode(kind, frame)
    }
}

/// An `error` frame; it is the same on both sockets.
pub fn refusal(error: &ErrorFrame) -> Frame {
    Frame::from(&ChatServerFrame::Error(error.clone()))
}

/// What a refused request says in an `error` frame: the faults of its fields are in the detail.
pub fn error_frame(error: &ApiError, client_id: Option<ClientId>) -> ErrorFrame {
    let faults: Vec<_> = error
        .errors
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.detail))
        .collect();
    ErrorFrame {
        code: error.code.as_str().to_owned(),
        detail: if faults.is_empty() {
            error.detail.clone()
        } else {
            faults.join(" ")
        },
        client_id,
        errors: error.errors.clone(),
    }
}

/// A frame is at most 64 KiB: of a page that is larger, the newest messages stay, and the client asks again.
pub fn newest_that_fit(mut items: Vec<Message>) -> Vec<Message> {
    let mut left = MAX_FRAME_BYTES - HISTORY_ENVELOPE_BYTES;
    let fits = |message: &&Message| {
        let size = serde_json::to_vec(message).map_or(usize::MAX, |json| json.len() + 1);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    let fitting = items.iter().rev().take_while(fits).count();
    items.split_off(items.len() - fitting)
}

/// The types of the contract always encode: they hold no maps with odd keys. Should one not, the log says so and the
/// frame is an empty object, which clients skip.
fn encode(kind: &'static str, frame: &impl Serialize) -> Frame {
    let text = serde_json::to_string(frame).unwrap_or_else(|error| {
        tracing::error!(%error, kind, "a frame could not be encoded");
        "{}".to_owned()
    });
    Frame {
        kind,
        text: text.into(),
    }
}
