//! A room in front of a client.

use domain::{
    RoomId, Timestamp, UserId,
    matching::Match,
    room::{Outcome, Reason, RoomState, View, Vote},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Message;

/// A room's status as one member may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomStatus {
    /// The room.
    pub room_id: RoomId,
    /// Its phase.
    pub state: RoomState,
    /// The end of the phase, by the broker's clock.
    pub ends_at: Option<Timestamp>,
    /// What is left of the phase.
    pub remaining_ms: Option<u64>,
    /// The broker's clock now; clients count down with it themselves.
    pub server_time: Timestamp,
    /// The member's own answer.
    pub my_response: Option<Vote>,
    /// The outcome, once there is one.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
}

impl RoomStatus {
    /// The status at `now` of a room with this view.
    pub fn at(room_id: RoomId, view: View, now: Timestamp) -> Self {
        let remaining = view.ends_at.map(|ends_at| ends_at.since(now).as_millis());
        Self {
            room_id,
            state: view.state,
            ends_at: view.ends_at,
            remaining_ms: remaining.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
            server_time: now,
            my_response: view.my_response,
            outcome: view.outcome,
            reason: view.reason,
        }
    }
}

/// A member of a room, in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The user.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// Whether the account is deleted; absent where it is not. The name to show is then English words that say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// A member of a room, on its socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberState {
    /// The user.
    pub id: UserId,
    /// The name to show.
    pub display_name: String,
    /// Whether the account is deleted; absent where it is not. The name to show is then English words that say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Whether the member has a chat socket in the room.
    pub online: bool,
    /// How far the member has read.
    pub read_seq: u64,
}

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoomSummary {
    /// The room.
    pub id: RoomId,
    /// Its phase.
    pub state: RoomState,
    /// Whether both chose to keep it, also when a member left later.
    pub kept: bool,
    /// The two.
    pub members: Vec<Member>,
    /// How much of the other's profile the user sees, 0 to 2.
    pub reveal_level: u8,
    /// The end of the phase.
    pub ends_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The newest message.
    pub last_message: Option<Message>,
    /// Messages of the other that the user has not read.
    pub unread_count: u64,
    /// How far the user had read as they were counted; 0 where nothing. Older releases do not say it.
    #[serde(default)]
    pub read_seq: u64,
    /// The match that made it; `null` for a room that was opened directly.
    #[serde(rename = "match")]
    pub the_match: Option<Match>,
}

/// The room inside the `hello` frame of its socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomHello {
    /// The member's own status.
    #[serde(flatten)]
    pub status: RoomStatus,
    /// The two, with presence and read positions.
    pub members: Vec<MemberState>,
}
