//! The end of sessions, as gateways tell each other.

use std::time::Duration;

use domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::subjects;

/// How much longer than a token its revocation is kept: clocks and restarts may differ by so much.
pub const MARGIN: Duration = Duration::from_secs(60);

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

impl Revocation {
    /// Ends whatever a user who was deleted at this time has, and what a request that was under way then may still get:
    /// no token that lives so long is ever good.
    pub fn of_deleted(user_id: UserId, deleted_at: Timestamp, token_life: Duration) -> Self {
        Self::User {
            user_id,
            not_before: deleted_at.plus(token_life),
            except: None,
        }
    }

    /// The subject on which it is kept.
    pub fn subject(&self) -> String {
        match self {
            Self::Session { session_id } => subjects::revoke_session(*session_id),
            Self::User { user_id, .. } => subjects::revoke_user(*user_id),
        }
    }
}
