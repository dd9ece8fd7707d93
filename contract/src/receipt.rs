//! How far a member has read, on `RECEIPT`.

use domain::{RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A member's read position. Its live copy names the member only here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The room.
    pub room_id: RoomId,
    /// The member.
    pub user_id: UserId,
    /// Everything up to here is read. A lower one than before means nothing.
    pub seq: u64,
    /// When the gateway accepted it, by the broker's clock.
    pub at: Timestamp,
}
