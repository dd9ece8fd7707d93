//! The bodies of the HTTP interface that are not named elsewhere. Requests refuse unknown fields.

mod account;
mod chat;
mod health;
mod matching;
mod people;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use account::{
    AccessClaims, AvatarAddress, ChangePasswordRequest, DeleteAccountRequest, LoginRequest,
    RegisterRequest, SignedIn, SignedInDevice, UpdateUserRequest, User,
};
pub use chat::{
    CountdownResponseRequest, LikeResponseRequest, MessagePage, OpenRoomRequest,
    SendMessageRequest, Uploaded, YesNo,
};
pub use health::{Health, HealthCheck, HealthChecks, HealthStatus};
pub use matching::{LearnedView, TicketView, TicketViewState};
pub use people::{BlockedUser, LikedUser, PeerProfile, ReportFiled, ReportRequest};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}
