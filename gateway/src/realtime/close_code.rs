//! Why a socket is closed, and whether to come back.

use axum::extract::ws::{CloseFrame, Message};

/// The reason of a close, by its code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The client closed; its close is answered.
    Normal,
    /// The client does not speak the protocol.
    ProtocolError,
    /// A frame was longer than 64 KiB.
    TooLarge,
    /// The service restarts, or the socket missed something: come back, with jitter.
    Restart,
    /// Something is away: come back later.
    TryLater,
    /// The access token ended: refresh it, then come back.
    SignedOut,
    /// The room is over: do not come back.
    RoomEnded,
    /// The client reads too slowly: come back and resume.
    TooSlow,
    /// The client sends a flood of frames: come back later.
    RateLimited,
}

impl CloseCode {
    /// The code on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::ProtocolError => 1002,
            Self::TooLarge => 1009,
            Self::Restart => 1012,
            Self::TryLater => 1013,
            Self::SignedOut => 4001,
            Self::RoomEnded => 4005,
            Self::TooSlow => 4008,
            Self::RateLimited => 4029,
        }
    }

    /// The reason in words, also the label in metrics.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Normal => "bye",
            Self::ProtocolError => "protocol error",
            Self::TooLarge => "frame too large",
            Self::Restart => "reconnect",
            Self::TryLater => "try later",
            Self::SignedOut => "token expired or revoked",
            Self::RoomEnded => "room ended",
            Self::TooSlow => "too slow",
            Self::RateLimited => "rate limited",
        }
    }

    /// Whether messages that were received before the close may still be sent.
    pub fn lets_sends_finish(self) -> bool {
        matches!(
            self,
            Self::Normal | Self::Restart | Self::TooSlow | Self::TooLarge
        )
    }

    /// The close as a frame.
    pub fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code(),
            reason: self.reason().into(),
        }))
    }
}
