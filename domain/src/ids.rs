//! Typed identifiers. Each is a UUIDv7; a wrong kind in a wrong place does not compile.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid, example = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c")]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// A person's account.
    UserId
);
id!(
    /// A room of two.
    RoomId
);
id!(
    /// A message, given by the gateway that accepted it.
    MessageId
);
id!(
    /// A message as its sender's client names it; the same one sent twice is one message.
    ClientId
);
id!(
    /// A place in the matching queue.
    TicketId
);
id!(
    /// A signed-in device: the family of its refresh tokens.
    SessionId
);
id!(
    /// An uploaded file.
    FileId
);

id!(
    /// A report of a user.
    ReportId
);

impl ClientId {
    /// When the client made this id, in epoch milliseconds; `None` unless it is a UUIDv7.
    pub fn made_at(self) -> Option<Timestamp> {
        made_at(self.0)
    }
}

fn made_at(id: Uuid) -> Option<Timestamp> {
    if id.get_version_num() != 7 {
        return None;
    }
    let (secs, nanos) = id.get_timestamp()?.to_unix();
    let millis = secs
        .checked_mul(1000)?
        .checked_add(u64::from(nanos / 1_000_000))?;
    i64::try_from(millis).ok().map(Timestamp)
}

/// How many shards the room subjects are spread over. Fixed for ever: subjects on disk contain the shard.
pub const SHARDS: u8 = 64;

/// The part of the subject space that a room belongs to, `0..64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// The shard's number, below [`SHARDS`].
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl RoomId {
    /// The id of a room that is made at a time, and nowhere else: a UUIDv7 with these random bytes.
    pub fn made(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.0).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// When the room was made, in epoch milliseconds; `None` unless its id is a UUIDv7. Of a matched one it is the broker's time.
    pub fn made_at(self) -> Option<Timestamp> {
        made_at(self.0)
    }

    /// The room's shard: the low six bits of its last byte, which are random in a UUIDv7.
    pub fn shard(self) -> Shard {
        Shard(self.0.as_bytes()[15] % SHARDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_shard_never_changes_between_versions() {
        let room: RoomId = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4bff".parse().unwrap();
        assert_eq!(room.shard().number(), 63);
        let room: RoomId = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b40".parse().unwrap();
        assert_eq!(room.shard().number(), 0);
    }

    #[test]
    fn a_room_tells_when_it_was_made() {
        let at = Timestamp(1_795_000_000_123);
        let room = RoomId::made(at, [0xFF; 10]);
        assert_eq!(room.made_at(), Some(at));
        assert_ne!(room, RoomId::made(at, [0xFE; 10]));
        assert_eq!(room.shard().number(), 63);
    }

    #[test]
    fn a_client_id_tells_when_it_was_made() {
        let id: ClientId = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c".parse().unwrap();
        assert_eq!(id.made_at(), Some(crate::Timestamp(0x0193_8f6e_2f6a)));
        let v4: ClientId = "5f6f2f9e-2f6a-4cc0-9c5a-6f1d2f3a4b5c".parse().unwrap();
        assert_eq!(v4.made_at(), None);
    }
}
