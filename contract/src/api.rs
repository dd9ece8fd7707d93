//! The bodies of the HTTP interface that are not named elsewhere. Requests refuse unknown fields.

use domain::{
    ClientId, FileId, ReportId, RoomId, SessionId, TicketId, Timestamp, UserId,
    matching::{Filtered, Learned, TextMode},
    room::Vote,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Message;

/// `POST /auth/register`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// 3 to 32 letters, digits, dots, dashes or underscores.
    pub username: String,
    /// 8 to 128 characters.
    pub password: String,
    /// `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub date_of_birth: String,
    /// 1 to 40 characters; the username where it is absent.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// `POST /auth/login`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The username, in any case of letters.
    pub username: String,
    /// The password.
    pub password: String,
}

/// A signed-in user. The refresh token travels in a cookie beside it.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// For `Authorization: Bearer` and for the sockets.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
}

/// The user's own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub date_of_birth: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Whether the profile has all that matching needs.
    pub profile_complete: bool,
}

/// `POST /auth/password`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current_password: String,
    /// 8 to 128 characters.
    pub new_password: String,
}

/// A device on which the user is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SignedInDevice {
    /// The session.
    pub id: SessionId,
    /// What the device called itself when it signed in.
    pub user_agent: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it last asked for an access token.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A peer's profile, as far as the two have revealed themselves to each other. What is not revealed is absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PeerProfile {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// 0, 1 after a mutual like, 2 after a kept room.
    pub reveal_level: u8,
    /// Where their avatar is read, at the same level; null where there is none.
    pub avatar_url: Option<String>,
    /// From level 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interests: Option<Vec<String>>,
    /// From level 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// From level 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// From level 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looking_for: Option<Vec<String>>,
}

/// `PUT /users/me/avatar`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct AvatarAddress {
    /// Where the new one is read.
    pub avatar_url: String,
}

/// Somebody whom the user likes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct LikedUser {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// Whether they like the user too.
    pub mutual: bool,
}

/// Somebody whom the user blocks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct BlockedUser {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
}

/// `PATCH /users/me`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUserRequest {
    /// 1 to 40 characters.
    pub display_name: String,
}

/// `DELETE /users/me`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccountRequest {
    /// The password, once more: a borrowed session is not enough.
    pub password: String,
}

/// `POST /users/{id}/report`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// One of `report_reasons` of `GET /profiles/options`.
    pub reason: String,
    /// The room in which it happened: its last messages are kept with the report.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// What happened, in at most 1,000 characters.
    #[serde(default)]
    pub detail: Option<String>,
}

/// A report that was filed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ReportFiled {
    /// The report.
    pub id: ReportId,
    /// When it was filed.
    pub created_at: Timestamp,
}

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

/// The state of a user in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketViewState {
    /// In the queue.
    Waiting,
    /// In a room that is not decided yet.
    Matched,
    /// Neither.
    None,
}

/// The user's place in the queue: `GET` and `POST /match/queue`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct TicketView {
    /// The ticket; `null` where there is none.
    pub ticket_id: Option<TicketId>,
    /// Where it stands.
    pub state: TicketViewState,
    /// When the user joined; kept over a requeue.
    pub joined_at: Option<Timestamp>,
    /// How long it may take still; `null` where nothing is known.
    pub estimated_wait_ms: Option<u64>,
    /// The room, when matched.
    pub room_id: Option<RoomId>,
    /// While waiting: how many of the pool each of the user's own filters keeps out.
    #[serde(default)]
    pub filters: Vec<Filtered>,
}

impl TicketView {
    /// The view of a user who has no ticket.
    pub fn none() -> Self {
        Self {
            ticket_id: None,
            state: TicketViewState::None,
            joined_at: None,
            estimated_wait_ms: None,
            room_id: None,
            filters: Vec::new(),
        }
    }
}

/// What matching has learned of the user: `GET /users/me/learned`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct LearnedView {
    /// What it comes from, in a sentence.
    pub text: String,
    /// How readily the user keeps a conversation.
    pub generosity: Learned,
    /// How readily others keep a conversation with the user.
    pub appeal: Learned,
    /// How many decided conversations it was learned from.
    pub outcomes: u64,
    /// When the first of these was decided; `null` where there is none.
    pub since: Option<Timestamp>,
    /// The version of the model: it grows with everything that is learned, from anybody.
    pub model_version: u64,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A part of a room's history: `GET /chat/rooms/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages, ascending by `seq`.
    pub items: Vec<Message>,
    /// Whether there are more: newer ones where `after` was asked for, older ones otherwise.
    pub has_more: bool,
}

/// How well a part of the system answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// It works.
    Ok,
    /// It does not, or not fully.
    Degraded,
}

/// One part of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct HealthCheck {
    /// Whether it works.
    pub status: HealthStatus,
    /// How long it took to answer last; `null` where it did not.
    pub latency_ms: Option<u64>,
}

/// The parts that a gateway needs, and the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct HealthChecks {
    /// SQL.
    pub database: HealthCheck,
    /// The broker.
    pub nats: HealthCheck,
    /// Uploaded files.
    pub storage: HealthCheck,
    /// The workers: `degraded` where what waits for one of them is too old. The gateway serves nevertheless.
    pub workers: HealthCheck,
}

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Health {
    /// `ok` where every check is.
    pub status: HealthStatus,
    /// The program's version.
    pub version: String,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// The parts.
    pub checks: HealthChecks,
    /// Open sockets of this gateway.
    pub websocket_connections: u64,
    /// How texts are compared: by the text model, or by their spelling only where it is not set up.
    pub text_mode: TextMode,
}

/// What an access token says. JSON Web Token claims, RFC 7519.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AccessClaims {
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Issued at, epoch seconds.
    pub iat: i64,
    /// Issued at, epoch milliseconds: what "before a time" is decided by.
    pub iat_ms: i64,
    /// Ends at, epoch seconds.
    pub exp: i64,
}
