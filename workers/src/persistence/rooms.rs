//! `LIFE`: rooms and pairs.

use std::collections::BTreeSet;

use bootstrap::{Database, Shutdown, Transaction};
use broker::Broker;
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_LIFE},
    subjects::{self, LifeKind},
};
use domain::{
    RoomId, UserId,
    pair::{MutualLike, Pair},
    room::Room,
};
use entities::{pair, room, room_event, room_past};
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

use super::{
    backoff::Stopped,
    decode::{Event, Undecodable, from_envelope},
    events::{PublicEvents, Told},
    expiry,
    facts::{fact_of_pair, facts_of, who_sees_a_change},
    gone::Gone,
    lane::Projection,
    last_message,
    notices::Notices,
    outcomes,
    predecessors::{Predecessors, Recorded, recorded},
    rows,
};

/// Stores rooms, their members and their events, and pairs; tells what happened to rooms.
#[derive(Debug)]
pub(super) struct Rooms {
    pub database: Database,
    pub broker: Broker,
    pub events: PublicEvents,
    pub notices: Notices,
    pub shutdown: Shutdown,
}

/// An event of a room or of a pair, understood and word for word: SQL keeps also what a newer release added.
#[derive(Debug, Clone)]
pub(super) enum Life {
    /// A room as it became.
    Room(Box<Room>, Value),
    /// A pair as it became.
    Pair(Box<Pair>, Value),
}

impl Life {
    fn members(&self) -> [UserId; 2] {
        match self {
            Self::Room(room, _) => room.members,
            Self::Pair(pair, _) => pair.key.members(),
        }
    }
}

impl Projection for Rooms {
    const CONSUMER: ConsumerSpec = PERSISTENCE_LIFE;
    const ANNOUNCES_FLOOR: bool = true;
    type Body = Life;
    type Stored = Recorded;

    fn decode(subject: &str, payload: &[u8]) -> Result<Life, Undecodable> {
        match subjects::parse_life(subject) {
            Some(LifeKind::Room(id)) => {
                let (room, document): (Box<Room>, _) = from_envelope(payload)?;
                (room.id == id)
                    .then_some(Life::Room(room, document))
                    .ok_or(Undecodable::Misplaced)
            }
            Some(LifeKind::Pair(key)) => {
                let (pair, document): (Box<Pair>, _) = from_envelope(payload)?;
                (pair.key == key)
                    .then_some(Life::Pair(pair, document))
                    .ok_or(Undecodable::Misplaced)
            }
            _ => Err(Undecodable::Misplaced),
        }
    }

    async fn store(
        &self,
        transaction: &Transaction,
        batch: &[Event<Life>],
    ) -> Result<Recorded, DbErr> {
        let members = batch.iter().flat_map(|event| event.body.members());
        let mut gone = Gone::among(transaction, members, []).await?;
        let (mut documents, mut pairs) = (Vec::new(), Vec::new());
        for event in batch {
            let has_gone = event.body.members().map(|member| gone.has_user(member));
            match &event.body {
                // What a newer release wrote beside it may be about the deleted one too.
                Life::Room(room, _) if has_gone.contains(&true) => {
                    documents.push((event, room, rows::document(&room.without_match_details())?));
                }
                Life::Room(room, document) => documents.push((event, room, document.clone())),
                Life::Pair(..) if has_gone.contains(&true) => {}
                Life::Pair(pair, document) => {
                    pairs.push(rows::pair(event.seq, pair, document.clone()));
                }
            }
        }
        gone.note(transaction).await?;
        let rooms = documents
            .iter()
            .map(|(event, room, json)| rows::room(event.seq, room, json.clone()));
        room::Entity::upsert(transaction, rooms).await?;
        let events = documents
            .iter()
            .map(|(event, room, json)| rows::room_event(event.seq, event.at, room, json.clone()))
            .collect();
        room_event::Entity::record(transaction, events).await?;
        let of_accounts = rooms_in(batch).filter(|(_, room)| !gone.names_any(room.members));
        outcomes::record(transaction, of_accounts).await?;
        let ended = rooms_in(batch).filter_map(|(_, room)| expiry::of(room));
        entities::expiry::Entity::note(transaction, ended).await?;
        let decided = rooms_in(batch).filter(|(_, room)| room.is_decided());
        let pasts = decided.map(|(event, room)| rows::room_past(event.seq, room));
        room_past::Entity::note(transaction, pasts).await?;
        // A timer may have ended it in an older copy of the broker, before it was put back.
        let kept = rooms_in(batch).filter(|(_, room)| room.kept_at.is_some());
        let kept: Vec<Uuid> = kept.map(|(_, room)| room.id.0).collect();
        entities::expiry::Entity::take_back(transaction, &kept).await?;
        pair::Entity::upsert(transaction, pairs).await?;
        recorded(transaction, batch).await
    }

    async fn tell(&self, batch: &[Event<Life>], recorded: Recorded) -> Result<(), Stopped> {
        let meaning = self.meaning_of(batch, recorded).await?;
        self.events.publish(meaning.told).await?;
        let rooms: BTreeSet<Uuid> = rooms_in(batch).map(|(_, room)| room.id.0).collect();
        let rooms: Vec<Uuid> = rooms.into_iter().collect();
        last_message::settle(&self.database, &self.shutdown, &rooms).await?;
        for room in meaning
            .created
            .iter()
            .filter(|room| room.the_match().is_some())
        {
            self.notices.match_found(room).await;
        }
        for (room, member) in meaning.changed {
            self.notices.room_changed(room, member).await;
        }
        for (_, pair) in pairs_in(batch).filter(|(_, pair)| pair.mutual_like == MutualLike::Now) {
            self.notices.mutual_like(pair).await;
        }
        let created: Vec<Uuid> = meaning.created.iter().map(|room| room.id.0).collect();
        self.notices.unread_in_new_rooms(&created).await;
        Ok(())
    }
}

/// What a batch means to the world and to the members of its rooms.
#[derive(Default)]
struct Meaning<'a> {
    told: Vec<Told>,
    created: Vec<&'a Room>,
    changed: BTreeSet<(RoomId, UserId)>,
}

impl Rooms {
    async fn meaning_of<'a>(
        &self,
        batch: &'a [Event<Life>],
        recorded: Recorded,
    ) -> Result<Meaning<'a>, Stopped> {
        let Recorded { before, repeated } = recorded;
        let predecessors = Predecessors::of(batch, before);
        let mut meaning = Meaning::default();
        let news = rooms_in(batch).filter(|(event, _)| !repeated.contains(&event.seq));
        for (event, room) in news {
            let before = predecessors
                .before(&self.broker, event.seq, room, &self.shutdown)
                .await?;
            let facts = facts_of(before.as_ref(), room).into_iter();
            meaning.told.extend(facts.map(|(ordinal, fact)| Told {
                seq: event.seq,
                ordinal,
                at: event.at,
                fact,
            }));
            let is_new = room.revision == 1;
            if is_new {
                meaning.created.push(room);
            }
            // A new matched room is told as the match that was found.
            if !is_new || room.the_match().is_none() {
                let members = who_sees_a_change(before.as_ref(), room).into_iter();
                meaning
                    .changed
                    .extend(members.map(|member| (room.id, member)));
            }
        }
        for (event, pair) in pairs_in(batch) {
            meaning
                .told
                .extend(fact_of_pair(pair).map(|(ordinal, fact)| Told {
                    seq: event.seq,
                    ordinal,
                    at: event.at,
                    fact,
                }));
        }
        Ok(meaning)
    }
}

/// The rooms of a batch, each with its event.
pub(super) fn rooms_in(batch: &[Event<Life>]) -> impl Iterator<Item = (&Event<Life>, &Room)> {
    batch.iter().filter_map(|event| match &event.body {
        Life::Room(room, _) => Some((event, &**room)),
        Life::Pair(..) => None,
    })
}

/// The pairs of a batch, each with its event.
pub(super) fn pairs_in(batch: &[Event<Life>]) -> impl Iterator<Item = (&Event<Life>, &Pair)> {
    batch.iter().filter_map(|event| match &event.body {
        Life::Pair(pair, _) => Some((event, &**pair)),
        Life::Room(..) => None,
    })
}
