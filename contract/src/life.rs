//! Bodies on `LIFE` that are not domain values themselves. Rooms, tickets and pairs travel as their domain types.

use domain::{RoomId, UserId, matching::model::Weights, room::Deadline};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A timer: which room, and which of its deadlines it was set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The room.
    pub room_id: RoomId,
    /// The deadline, with the revision that set it.
    pub deadline: Deadline,
}

/// One chunk of the waiting users whose sockets a gateway holds. Published every [`LEASE_EVERY_SECS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The gateway's instance id.
    pub gateway: Uuid,
    /// The users.
    pub users: Vec<UserId>,
}

/// How often a gateway renews its leases, in seconds.
pub const LEASE_EVERY_SECS: u64 = 10;

/// How many users one lease message names at the most.
pub const LEASE_CHUNK: usize = 1_000;

/// A leading matchmaker's sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The matchmaker's instance id.
    pub holder: Uuid,
}

/// The weights of the matching model, for the matchmakers: on [`crate::subjects::LIFE_MODEL`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedModel {
    /// Grows with each change of what was learned.
    pub version: i64,
    /// What is believed of the weights.
    pub weights: Weights,
}
