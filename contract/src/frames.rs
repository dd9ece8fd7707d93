//! The WebSocket frames: one JSON object a text frame, told apart by `type`.

use domain::{
    ClientId, FieldError, FileId, MessageId, RoomId, Timestamp, UserId, matching::MatchReason,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::TicketView,
    message::Message,
    room::{Member, RoomHello, RoomStatus, RoomSummary},
};

/// The subprotocol that a browser offers beside `bearer.<access token>`.
pub const SUBPROTOCOL: &str = "webchat.v1";

/// A frame is at most this long.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// What a client sends on a room's socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChatClientFrame {
    /// A fresh access token of the same user and session.
    Auth {
        /// The token.
        access_token: String,
    },
    /// A message.
    Send {
        /// A UUIDv7; the same one again is the same message.
        client_id: ClientId,
        /// 1 to 4,000 characters.
        text: String,
        /// Files that were uploaded to this room.
        #[serde(default)]
        attachment_ids: Vec<FileId>,
        /// Whether this message may have been sent before.
        #[serde(default)]
        resend: bool,
    },
    /// The member types, or stopped.
    Typing {
        /// Whether the member types now.
        active: bool,
    },
    /// The member has read up to here.
    Read {
        /// The sequence of the last message read.
        seq: u64,
    },
    /// Asks for older messages.
    History {
        /// Only messages before this one; the newest where it is absent.
        #[serde(default)]
        before: Option<u64>,
        /// 1 to 100.
        #[serde(default)]
        limit: Option<u64>,
    },
    /// Asks for a `pong`.
    Ping {},
}

/// What a client sends on the notification socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum NotificationsClientFrame {
    /// A fresh access token of the same user and session.
    Auth {
        /// The token.
        access_token: String,
    },
    /// Asks for a `pong`.
    Ping {},
}

/// What the server sends on a room's socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatServerFrame {
    /// The first frame.
    Hello {
        /// Changes when the broker's stream was made anew.
        epoch: Uuid,
        /// The room's newest message, 0 where there is none.
        last_seq: u64,
        /// The database has every message of the room up to here.
        stored_seq: u64,
        /// Whether everything after `after` follows.
        recovered: bool,
        /// The broker's clock.
        server_time: Timestamp,
        /// The room.
        room: RoomHello,
    },
    /// A message.
    Message(Message),
    /// The broker has the message.
    Ack {
        /// The sender's name for it.
        client_id: ClientId,
        /// Its place in the order.
        seq: u64,
        /// The message.
        id: MessageId,
        /// When the server accepted it.
        sent_at: Timestamp,
    },
    /// The database has every message of the room up to here.
    Stored {
        /// Up to here.
        seq: u64,
    },
    /// The other types, or stopped.
    Typing {
        /// Who.
        user_id: UserId,
        /// Whether the member types now.
        active: bool,
    },
    /// A member came or went.
    Presence {
        /// Who.
        user_id: UserId,
        /// Whether the member has a socket in the room.
        online: bool,
    },
    /// A member has read up to here.
    Read {
        /// Who.
        user_id: UserId,
        /// Up to here.
        seq: u64,
    },
    /// The member's own status, at every change that the member can see.
    Room(RoomStatus),
    /// Something was refused; the socket stays open.
    Error(ErrorFrame),
    /// The answer to `history`, ascending.
    History {
        /// The messages.
        items: Vec<Message>,
        /// Whether there are older ones.
        has_more: bool,
    },
    /// The fresh token was taken.
    AuthOk {
        /// The socket's new end.
        expires_at: Timestamp,
    },
    /// The answer to `ping`.
    Pong {
        /// The broker's clock.
        server_time: Timestamp,
    },
}

/// Something was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorFrame {
    /// The stable code, as in problem bodies.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The send that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// What is wrong with which field of the frame, as in problem bodies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// What the server sends on the notification socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NotificationsServerFrame {
    /// The first frame.
    Hello {
        /// As the first page of `GET /chat/rooms`.
        rooms: Vec<RoomSummary>,
        /// As `GET /match/queue`.
        ticket: TicketView,
        /// The broker's clock.
        server_time: Timestamp,
    },
    /// A match was made.
    MatchFound {
        /// The room.
        room_id: RoomId,
        /// The other one.
        peer: Member,
        /// Compatibility, 0 to 1.
        score: f64,
        /// What they have in common: first what moves the score most towards a match.
        reasons: Vec<MatchReason>,
        /// A first question that both can answer, in English.
        icebreaker: Option<String>,
        /// What it is about, for clients that ask it in other words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icebreaker_topic: Option<String>,
        /// `word_llama` or `hashed_ngrams`: in which mode what the two like was compared as texts; absent where nothing was compared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text_mode: Option<String>,
    },
    /// A room changed.
    Room(RoomStatus),
    /// The user and somebody else like each other.
    MutualLike {
        /// The other one.
        user_id: UserId,
        /// Their newest room, where they have one.
        room_id: Option<RoomId>,
        /// How much of each other's profile they see now, 0 to 2.
        reveal_level: u8,
    },
    /// Somebody with whom the user keeps a room came or went. After `hello`, whoever is not named is not online.
    Presence {
        /// Who.
        user_id: UserId,
        /// Whether they have a socket anywhere.
        online: bool,
    },
    /// The queue ticket changed other than by a match, for example expired.
    Ticket(TicketView),
    /// How much there is to read changed.
    Unread {
        /// The room.
        room_id: RoomId,
        /// Unread messages in it, up to the newest one here.
        count: u64,
        /// How far the user had read as that was counted; 0 where nothing. It and the newest message only grow, and frames
        /// may overtake each other: a count is older than another where either is lower and neither is higher. Absent
        /// where the count comes from an older release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read_seq: Option<u64>,
        /// The newest message.
        last_message: Option<Message>,
    },
    /// Something was refused; the socket stays open.
    Error(ErrorFrame),
    /// The fresh token was taken.
    AuthOk {
        /// The socket's new end.
        expires_at: Timestamp,
    },
    /// The answer to `ping`.
    Pong {
        /// The broker's clock.
        server_time: Timestamp,
    },
    /// The session ended; the socket closes.
    SignedOut {},
}
