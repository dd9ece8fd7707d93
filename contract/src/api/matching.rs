//! The queue, and what matching has learned.

use domain::{
    RoomId, TicketId, Timestamp,
    matching::{Filtered, Learned},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// What matching has learned of the user, worked out from what the user knows alone, the own answers and those of others that the
/// outcome has shown: `GET /users/me/learned`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct LearnedView {
    /// What it comes from, in a sentence.
    pub text: String,
    /// How readily the user keeps a conversation.
    pub generosity: Learned,
    /// How readily others keep a conversation with the user.
    pub appeal: Learned,
    /// How many decided conversations it comes from.
    pub outcomes: u64,
    /// When the first of these was decided; `null` where there is none.
    pub since: Option<Timestamp>,
    /// The version of the shipped weights by which it was worked out.
    pub model_version: u64,
}
