//! What travels over core NATS between the processes. Lossy by design; each notice has a snapshot that heals its loss.

use std::time::Duration;

use domain::{MessageId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{api::TicketView, message::Message};

/// On a room's `rt` subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Realtime {
    /// A member is, or stopped, typing.
    Typing {
        /// The member.
        user_id: UserId,
        /// Whether the member types now.
        active: bool,
    },
    /// The members of the room that have a socket on this gateway; repeated, and forgotten when it is not.
    Online {
        /// The gateway's instance id.
        gateway: Uuid,
        /// The members; empty when the last socket is gone.
        users: Vec<UserId>,
    },
    /// A gateway has just opened the room and asks the others to announce theirs now.
    WhoIsOnline,
}

/// On `live.user.<user>`: a reason to tell the user something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UserNotice {
    /// A match was made and its room is in the database.
    MatchFound {
        /// The room.
        room_id: RoomId,
    },
    /// A room changed in a way that this user can see.
    RoomChanged {
        /// The room.
        room_id: RoomId,
    },
    /// A message of somebody else was stored.
    Unread {
        /// The room.
        room_id: RoomId,
        /// Unread messages of the user in the room now.
        count: u64,
        /// How far the user had read as that was counted; 0 where nothing. Older releases do not say it: then nobody can
        /// tell from it whether another count is newer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read_seq: Option<u64>,
        /// The newest message.
        last_message: Box<Message>,
    },
    /// The user and somebody else like each other.
    MutualLike {
        /// The other one.
        user_id: UserId,
        /// Their newest room, where they have one.
        room_id: Option<RoomId>,
        /// How much of each other's profile they see now.
        reveal_level: u8,
    },
    /// The user's ticket changed.
    Ticket {
        /// The ticket as it is now.
        ticket: TicketView,
    },
    /// Somebody with whom the user keeps a room has a socket at a gateway, or has none there any more. Said again now and
    /// then, and forgotten when it is not, or when that gateway falls silent.
    PeerOnline {
        /// The other one.
        user_id: UserId,
        /// Where the socket is.
        gateway: GatewayConnection,
        /// Whether there is one.
        online: bool,
        /// Whether the gateways of the user are to say the same of the user.
        asks: bool,
    },
}

/// One connection of a gateway to the broker. On [`crate::subjects::LIVE_GATEWAYS`]: it lasts. What a gateway could not say
/// without a connection, the end of the old one says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GatewayConnection {
    /// The gateway's instance id.
    pub gateway: Uuid,
    /// Which one of its connections, counted from its start.
    pub established: u64,
}

/// On [`crate::subjects::LIVE_STORED`]: the database has everything of the stream up to here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFloor {
    /// The stream's name.
    pub stream: String,
    /// The consumer's ack floor as a stream sequence.
    pub floor: u64,
    /// Of the stream with this epoch. Nil from releases that did not say it.
    #[serde(default)]
    pub epoch: Uuid,
}

/// On [`crate::subjects::LIVE_ENDS`]: the stream has had everything up to here, and ends before that now, or has another
/// message in the place of this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamEnd {
    /// The stream's name.
    pub stream: String,
    /// The highest sequence that somebody was told of.
    pub seq: u64,
    /// The message that stood there, where it could be read; older releases do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
}

/// Asked on [`crate::subjects::LIVE_QUEUE_OUTLOOK`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookRequest {
    /// The waiting user.
    pub user_id: UserId,
    /// When it was asked, in broker time: whoever asked waits for [`OUTLOOK_WITHIN`]. Older releases do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// How long a gateway waits for an [`Outlook`]: a ticket is a ticket without it, and an answer that comes later is none.
pub const OUTLOOK_WITHIN: Duration = Duration::from_millis(300);

/// How a waiting user stands, as the leading matchmaker sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outlook {
    /// How many of the pool each of the user's own filters keeps out.
    pub filters: Vec<domain::matching::Filtered>,
    /// How long it may take still: the median wait of those who were matched of late and speak a language of the user, less the time
    /// waited already; `None` while they are too few to say.
    pub estimated_wait_ms: Option<u64>,
}
