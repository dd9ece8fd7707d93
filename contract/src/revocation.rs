//! The end of sessions, as gateways tell each other.

use domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A revocation on `REVOKED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Revocation {
    /// One session is over.
    Session {
        /// The session.
        session_id: SessionId,
    },
    /// Every session of the user whose token was issued before the time is over.
    User {
        /// The user.
        user_id: UserId,
        /// Tokens issued before this are refused.
        not_before: Timestamp,
        /// The one session that goes on, if any.
        except: Option<SessionId>,
    },
}
