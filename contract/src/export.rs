//! The download of everything that is kept of a user: `GET /users/me/export`.

use domain::{
    FileId, MessageId, ReportId, RoomId, Timestamp, UserId,
    profile::Profile,
    room::{Outcome, Vote},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{LearnedView, SignedInDevice, User},
    message::Attachment,
};

/// What precedes the rooms.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct ExportHead {
    /// When it was begun.
    pub exported_at: Timestamp,
    /// The account.
    pub account: User,
    /// The profile.
    pub profile: Profile,
    /// The avatar; `null` where there is none.
    pub avatar: Option<ExportedAvatar>,
    /// What matching has learned of the user, as `GET /users/me/learned` tells it.
    pub learned: LearnedView,
    /// The signed-in devices.
    pub sessions: Vec<SignedInDevice>,
    /// Likes and blocks.
    pub relations: Vec<ExportedRelation>,
    /// The reports that the user filed.
    pub reports: Vec<ExportedReport>,
}

/// The whole document.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct Export {
    #[serde(flatten)]
    /// What precedes the rooms.
    pub head: ExportHead,
    /// The files that the user uploaded, oldest first.
    pub files: Vec<ExportedFile>,
    /// The rooms, newest first.
    pub rooms: Vec<ExportedRoom>,
}

/// The user's avatar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedAvatar {
    /// Where its picture is read, as it is.
    pub url: String,
    /// The kind of the picture.
    pub content_type: String,
    /// Since when it is shown.
    pub shown_at: Timestamp,
}

/// A file that the user uploaded. Its links are good for ten minutes; the path before their `?` is good as long as the file is
/// there, with an access token of the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedFile {
    /// The file, and where it is read.
    #[serde(flatten)]
    pub file: Attachment,
    /// The room that it was uploaded to.
    pub room_id: RoomId,
    /// When.
    pub uploaded_at: Timestamp,
    /// The message that it was sent with; `null`: it was not sent, or is not stored with its message yet.
    pub message_id: Option<MessageId>,
}

/// What the user has said about a peer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedRelation {
    /// The peer.
    pub user_id: UserId,
    /// Whether the user likes them.
    pub liked: bool,
    /// Whether the user blocks them.
    pub blocked: bool,
}

/// A report that the user filed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedReport {
    /// The report.
    pub id: ReportId,
    /// Who was reported.
    pub user_id: UserId,
    /// In which room it was.
    pub room_id: Option<RoomId>,
    /// Why.
    pub reason: String,
    /// What the user added.
    pub detail: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A room of the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedRoom {
    /// The room.
    pub id: RoomId,
    /// The other member.
    pub peer_id: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The user's own answer.
    pub my_response: Option<Vote>,
    /// How it came out.
    pub outcome: Option<Outcome>,
    /// What the user said there, ascending.
    pub messages: Vec<ExportedMessage>,
}

/// A message of the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExportedMessage {
    /// The message.
    pub id: MessageId,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The text.
    pub text: String,
    /// The files with it.
    pub attachment_ids: Vec<FileId>,
}
