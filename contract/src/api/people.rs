//! Other people: what is seen of them, and what is said about them.

use domain::{ReportId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// Somebody whom the user likes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct LikedUser {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// Whether the account is deleted; absent where it is not. The name to show is then English words that say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Whether the two have liked each other, as both were told then. A like that the other one takes back is told to nobody.
    pub mutual: bool,
}

/// Somebody whom the user blocks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct BlockedUser {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// Whether the account is deleted; absent where it is not. The name to show is then English words that say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
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
