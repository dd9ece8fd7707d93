//! The public events on `EVENTS`: CloudEvents 1.0 in JSON, ids and facts only, published after the fact is in the
//! database.

use domain::{MessageId, RoomId, Timestamp, UserId, room::Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// CloudEvents' `source`.
pub const SOURCE: &str = "/webchat";

/// What happened. The `type` of the CloudEvent and the subject follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Fact {
    /// A user registered.
    UserRegistered {
        /// The user.
        user_id: UserId,
    },
    /// A user deleted the account.
    UserDeleted {
        /// The user.
        user_id: UserId,
    },
    /// A user was reported; by whom and why, is nobody's business.
    UserReported {
        /// The reported user.
        user_id: UserId,
    },
    /// A room was made.
    RoomCreated(RoomFact),
    /// A room's countdown began.
    CountdownStarted(RoomFact),
    /// A room's decision began.
    NotificationStarted(RoomFact),
    /// Both kept the room.
    RoomKept(RoomFact),
    /// A room ended.
    RoomEnded(RoomEnded),
    /// A message was stored.
    MessageSent(MessageSent),
    /// Both members of a room's pair like each other.
    MutualLike(MutualLike),
    /// The matchmaker brought two people together.
    MatchMade(RoomFact),
}

/// A room and its two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomFact {
    /// The room.
    pub room_id: RoomId,
    /// Its members.
    pub member_ids: [UserId; 2],
    /// The end of the phase that began, where it has one.
    pub ends_at: Option<Timestamp>,
}

/// The end of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomEnded {
    /// The room.
    pub room_id: RoomId,
    /// Its members.
    pub member_ids: [UserId; 2],
    /// Why; a block is told as `left`.
    pub reason: Reason,
}

/// A mutual like of two people who have a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MutualLike {
    /// Their newest room.
    pub room_id: RoomId,
    /// The two.
    pub member_ids: [UserId; 2],
    /// How much of each other's profile they see now, 0 to 2.
    pub reveal_level: u8,
}

/// A message, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageSent {
    /// The room.
    pub room_id: RoomId,
    /// The message.
    pub message_id: MessageId,
    /// Who sent it.
    pub sender_id: UserId,
    /// Its place in the order.
    pub seq: u64,
}

/// A CloudEvent, <https://github.com/cloudevents/spec> 1.0, JSON format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// The same fact has the same id, however often it is delivered.
    pub id: Uuid,
    /// Always [`SOURCE`].
    pub source: String,
    /// For example `webchat.v1.room.kept`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of what it is about.
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Names the schema of `data` in `/asyncapi.json`.
    pub dataschema: String,
    /// The fact.
    pub data: Fact,
}

impl Fact {
    /// `<entity>`, `<id>`, `<verb>` of the subject, and the name of the schema of `data`.
    fn parts(&self) -> (&'static str, String, &'static str, &'static str) {
        match self {
            Self::UserRegistered { user_id } => {
                ("user", user_id.to_string(), "registered", "UserRegistered")
            }
            Self::UserDeleted { user_id } => {
                ("user", user_id.to_string(), "deleted", "UserDeleted")
            }
            Self::UserReported { user_id } => {
                ("user", user_id.to_string(), "reported", "UserReported")
            }
            Self::RoomCreated(f) => ("room", f.room_id.to_string(), "created", "RoomFact"),
            Self::CountdownStarted(f) => (
                "room",
                f.room_id.to_string(),
                "countdown_started",
                "RoomFact",
            ),
            Self::NotificationStarted(f) => (
                "room",
                f.room_id.to_string(),
                "notification_started",
                "RoomFact",
            ),
            Self::RoomKept(f) => ("room", f.room_id.to_string(), "kept", "RoomFact"),
            Self::RoomEnded(f) => ("room", f.room_id.to_string(), "ended", "RoomEnded"),
            Self::MessageSent(f) => ("room", f.room_id.to_string(), "message_sent", "MessageSent"),
            Self::MutualLike(f) => ("room", f.room_id.to_string(), "mutual_like", "MutualLike"),
            Self::MatchMade(f) => ("match", f.room_id.to_string(), "made", "RoomFact"),
        }
    }

    /// The subject on which the fact is published.
    pub fn nats_subject(&self) -> String {
        let (entity, id, verb, _) = self.parts();
        format!("webchat.v1.evt.{entity}.{id}.{verb}")
    }

    /// The CloudEvent of the fact. `id` must be the same each time the same fact is told.
    pub fn into_event(self, id: Uuid, time: Timestamp) -> CloudEvent {
        let (entity, subject, verb, schema) = self.parts();
        CloudEvent {
            specversion: "1.0".to_owned(),
            id,
            source: SOURCE.to_owned(),
            kind: format!("webchat.v1.{entity}.{verb}"),
            subject,
            time,
            datacontenttype: "application/json".to_owned(),
            dataschema: format!("/asyncapi.json#/components/schemas/{schema}"),
            data: self,
        }
    }
}

/// The id of the `ordinal`-th event that follows from the message `seq` of a stream with this epoch. The same message
/// gives the same ids however often it is delivered. A UUIDv8, RFC 9562.
pub fn derived_id(epoch: Uuid, seq: u64, ordinal: u8) -> Uuid {
    let mut bytes = *epoch.as_bytes();
    for (byte, part) in bytes[8..].iter_mut().zip(seq.to_be_bytes()) {
        *byte ^= part;
    }
    bytes[0] ^= ordinal;
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_gives_the_same_event_id_and_others_give_others() {
        let epoch = Uuid::from_u128(0x0193_8f6e_2f6a_7cc0_9c5a_6f1d_2f3a_4b5c);
        assert_eq!(derived_id(epoch, 7, 0), derived_id(epoch, 7, 0));
        assert_ne!(derived_id(epoch, 7, 0), derived_id(epoch, 8, 0));
        assert_ne!(derived_id(epoch, 7, 0), derived_id(epoch, 7, 1));
        assert_ne!(derived_id(epoch, 1 << 40, 0), derived_id(epoch, 0, 0));
    }
}
