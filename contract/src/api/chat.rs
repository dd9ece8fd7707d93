//! Rooms: opening them, talking in them, keeping them.

use domain::{ClientId, FileId, UserId, room::Vote};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::{Attachment, Message};

/// `POST /chat/rooms`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenRoomRequest {
    /// The other one.
    pub peer_id: UserId,
}

/// `POST /chat/rooms/{id}/messages`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessageRequest {
    /// A UUIDv7 of the client's; the same one again is the same message.
    pub client_id: ClientId,
    /// 1 to 4,000 characters.
    pub text: String,
    /// Files that were uploaded to this room.
    #[serde(default)]
    pub attachment_ids: Vec<FileId>,
}

/// What became of an upload: `POST /chat/rooms/{id}/files`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Uploaded {
    /// The file, to be sent with a message.
    #[serde(flatten)]
    pub file: Attachment,
    /// The picture moved, and only its first frame is kept: an animation in WebP or PNG. Of a GIF all is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_frame_only: bool,
}

/// `POST /simple-countdown/response/{room_id}`.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountdownResponseRequest {
    /// Keep the room or let it end.
    pub response: Vote,
}

/// An answer to a keep request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    /// Keep it.
    Yes,
    /// Let it end.
    No,
}

/// `POST /chat/like/{room_id}`.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LikeResponseRequest {
    /// Keep the room or let it end.
    pub response: YesNo,
}

/// A part of a room's history: `GET /chat/rooms/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages, ascending by `seq`.
    pub items: Vec<Message>,
    /// Whether there are more: newer ones where `after` was asked for, older ones otherwise.
    pub has_more: bool,
}
