//! A message, in the stream and in front of a client.

use domain::{ClientId, FileId, MessageId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// The file.
    pub id: FileId,
    /// `image` or `file`.
    pub kind: String,
    /// The name to show.
    pub name: String,
    /// Its media type, found from its content.
    pub content_type: String,
    /// Its size.
    pub size_bytes: u64,
    /// Width of an image in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of an image in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// A few bytes that show an image blurred until it is there: a ThumbHash in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Where a small picture of it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// Where it is: given out, a link that is good for ten minutes without a sign-in.
    pub url: String,
}

/// A message as it stands in the `CHAT` stream. Its sequence is the stream's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// The message.
    pub id: MessageId,
    /// The sender's name for it.
    pub client_id: ClientId,
    /// The room.
    pub room_id: RoomId,
    /// Who sent it.
    pub sender_id: UserId,
    /// Its text.
    pub text: String,
    /// Its files.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// When the gateway accepted it, by the broker's clock.
    pub sent_at: Timestamp,
}

/// A message as clients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its place in the order; grows within a room, with gaps.
    pub seq: u64,
    /// The room's previous message, 0 for the first: by it a client sees a gap.
    pub prev_seq: u64,
    /// The message.
    pub id: MessageId,
    /// The sender's name for it.
    pub client_id: ClientId,
    /// The room.
    pub room_id: RoomId,
    /// Who sent it.
    pub sender_id: UserId,
    /// Its text.
    pub text: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// When the server accepted it.
    pub sent_at: Timestamp,
}

impl StoredMessage {
    /// The message with its place in the order.
    pub fn placed(self, seq: u64, prev_seq: u64) -> Message {
        Message {
            seq,
            prev_seq,
            id: self.id,
            client_id: self.client_id,
            room_id: self.room_id,
            sender_id: self.sender_id,
            text: self.text,
            attachments: self.attachments,
            sent_at: self.sent_at,
        }
    }

    /// The broker's dedupe key: the same send twice is one message.
    pub fn dedupe_key(&self) -> String {
        format!("{}:{}:{}", self.room_id, self.sender_id, self.client_id)
    }
}
