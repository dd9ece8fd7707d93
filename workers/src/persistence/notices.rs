//! What users are told when something of theirs is in the database. Lossy: every notice has a snapshot that heals its
//! loss, so a failure here is logged and holds nothing up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bootstrap::Database;
use broker::Broker;
use contract::{
    live::UserNotice,
    message::{Attachment, Message},
    subjects,
};
use domain::{ClientId, MessageId, RoomId, Timestamp, UserId, pair::Pair, room::Room};
use entities::{message, read_position};
use sea_orm::DbErr;
use uuid::Uuid;

/// Tells users through whatever gateway they are on.
#[derive(Debug, Clone)]
pub(super) struct Notices {
    broker: Broker,
    database: Database,
}

impl Notices {
    pub(super) fn new(broker: Broker, database: Database) -> Self {
        Self { broker, database }
    }

    /// Tells both that a match brought them into this room.
    pub(super) async fn match_found(&self, room: &Room) {
        for member in room.members {
            self.tell(member, &UserNotice::MatchFound { room_id: room.id })
                .await;
        }
    }

    /// Tells one member that the room changed in a way that this member can see.
    pub(super) async fn room_changed(&self, room_id: RoomId, member: UserId) {
        self.tell(member, &UserNotice::RoomChanged { room_id })
            .await;
    }

    /// Tells both that they like each other.
    pub(super) async fn mutual_like(&self, pair: &Pair) {
        let [low, high] = pair.key.members();
        for (member, other) in [(low, high), (high, low)] {
            let notice = UserNotice::MutualLike {
                user_id: other,
                room_id: pair.room,
                reveal_level: pair.reveal_level,
            };
            self.tell(member, &notice).await;
        }
    }

    /// Tells what is unread in rooms with new messages, given who sent them: once for each room and receiver. Rooms
    /// that are not projected yet are told of when they are, by [`Notices::unread_in_new_rooms`].
    pub(super) async fn unread(&self, senders: &BTreeMap<Uuid, BTreeSet<Uuid>>) {
        if let Err(error) = self.try_unread(senders).await {
            tracing::warn!(rooms = senders.len(), %error, "unread messages are not told; the lists have them");
        }
    }

    /// The same for rooms that have just been projected: their first messages may have been quicker.
    pub(super) async fn unread_in_new_rooms(&self, rooms: &[Uuid]) {
        if rooms.is_empty() {
            return;
        }
        match message::Entity::last_in_rooms(&self.database.read, rooms).await {
            Ok(last) => {
                let senders = last
                    .into_iter()
                    .map(|(room, last)| (room, BTreeSet::from([last.sender_id])));
                self.unread(&senders.collect()).await;
            }
            Err(error) => {
                tracing::warn!(%error, "first messages are not told; the lists have them");
            }
        }
    }

    /// Tells those who have read on, given as room and reader, what is left: their other devices show it too.
    pub(super) async fn read_on(&self, readers: &BTreeSet<(Uuid, Uuid)>) {
        if let Err(error) = self.try_read_on(readers).await {
            tracing::warn!(readers = readers.len(), %error, "what is left to read is not told; the lists have it");
        }
    }

    async fn try_read_on(&self, readers: &BTreeSet<(Uuid, Uuid)>) -> Result<(), DbErr> {
        let rooms: BTreeSet<Uuid> = readers.iter().map(|(room, _)| *room).collect();
        let unread = self.count(&Vec::from_iter(rooms)).await?;
        for (room, reader) in readers {
            self.tell_unread(&unread, *room, &[*reader]).await?;
        }
        Ok(())
    }

    async fn try_unread(&self, senders: &BTreeMap<Uuid, BTreeSet<Uuid>>) -> Result<(), DbErr> {
        let rooms: Vec<Uuid> = senders.keys().copied().collect();
        if rooms.is_empty() {
            return Ok(());
        }
        let unread = self.count(&rooms).await?;
        let mut receivers = HashMap::<Uuid, Vec<Uuid>>::new();
        for (room, member) in unread.counts.keys() {
            if senders[room].iter().any(|sender| sender != member) {
                receivers.entry(*room).or_default().push(*member);
            }
        }
        for (room, receivers) in receivers {
            self.tell_unread(&unread, room, &receivers).await?;
        }
        Ok(())
    }

    /// Messages and read marks are told of side by side, and by several processes: a count comes with what it was counted
    /// of, so that whoever hears it knows whether it is older than another.
    async fn count(&self, rooms: &[Uuid]) -> Result<Unread, DbErr> {
        let snapshot = self.database.begin_snapshot().await?;
        let unread = Unread {
            counts: read_position::Entity::unread_of_members(&snapshot, rooms).await?,
            read: read_position::Entity::seqs_of_members(&snapshot, rooms).await?,
            newest: message::Entity::last_in_rooms(&snapshot, rooms).await?,
        };
        snapshot.commit().await?;
        Ok(unread)
    }

    async fn tell_unread(
        &self,
        unread: &Unread,
        room: Uuid,
        receivers: &[Uuid],
    ) -> Result<(), DbErr> {
        let Some(newest) = unread.newest.get(&room) else {
            return Ok(());
        };
        let last_message = Box::new(self.place(newest).await?);
        for receiver in receivers {
            let key = (room, *receiver);
            let notice = UserNotice::Unread {
                room_id: last_message.room_id,
                count: unread.counts.get(&key).copied().unwrap_or_default(),
                read_seq: Some(unread.read.get(&key).copied().unwrap_or_default()),
                last_message: last_message.clone(),
            };
            self.tell(UserId(*receiver), &notice).await;
        }
        Ok(())
    }

    async fn place(&self, newest: &message::Model) -> Result<Message, DbErr> {
        let prev_seq =
            message::Entity::prev_seq(&self.database.read, newest.room_id, newest.seq).await?;
        let attachments: Vec<Attachment> = serde_json::from_value(newest.attachments.clone())
            .map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(Message {
            seq: newest.seq.unsigned_abs(),
            prev_seq: prev_seq.unsigned_abs(),
            id: MessageId(newest.id),
            client_id: ClientId(newest.client_id),
            room_id: RoomId(newest.room_id),
            sender_id: UserId(newest.sender_id),
            text: newest.text.clone(),
            attachments,
            sent_at: Timestamp(newest.sent_at),
        })
    }

    async fn tell(&self, user: UserId, notice: &UserNotice) {
        let body = match serde_json::to_vec(notice) {
            Ok(body) => body,
            Err(error) => return tracing::error!(%error, "a notice cannot be written as JSON"),
        };
        if let Err(error) = self
            .broker
            .publish_core(subjects::live_user(user), body)
            .await
        {
            tracing::warn!(user_id = %user, %error, "a notice is lost");
        }
    }
}

/// What there is to read in some rooms, all of it at one moment. By room and member; what is 0 is absent.
struct Unread {
    counts: HashMap<(Uuid, Uuid), u64>,
    /// How far each has read.
    read: HashMap<(Uuid, Uuid), u64>,
    /// By room.
    newest: HashMap<Uuid, message::Model>,
}
