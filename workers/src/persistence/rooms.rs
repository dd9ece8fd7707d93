//! `LIFE`: rooms and pairs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bootstrap::Database;
use broker::Broker;
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_LIFE},
    subjects::{self, LifeKind},
};
use domain::{RoomId, pair::Pair, room::Room};
use entities::{pair, room, room_event};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    backoff::Stopped,
    decode::{Event, Undecodable, from_envelope},
    events::{PublicEvents, Told},
    facts::{facts_of, who_sees_a_change},
    lane::Projection,
    notices::Notices,
    predecessors::{Predecessors, Revision, predecessor_of},
    purge::Decided,
    rows,
};

/// Stores rooms, their members and their events, and pairs; tells what happened to rooms.
#[derive(Debug)]
pub(super) struct Rooms {
    database: Database,
    broker: Broker,
    events: PublicEvents,
    notices: Notices,
    decisions: mpsc::UnboundedSender<Decided>,
}

/// An event of a room or of a pair.
#[derive(Debug, Clone)]
pub(super) enum Life {
    /// A room as it became.
    Room(Box<Room>),
    /// A pair as it became.
    Pair(Box<Pair>),
}

impl Rooms {
    pub(super) fn new(
        database: Database,
        broker: Broker,
        events: PublicEvents,
        notices: Notices,
        decisions: mpsc::UnboundedSender<Decided>,
    ) -> Self {
        Self {
            database,
            broker,
            events,
            notices,
            decisions,
        }
    }
}

impl Projection for Rooms {
    const CONSUMER: ConsumerSpec = PERSISTENCE_LIFE;
    const ANNOUNCES_FLOOR: bool = true;
    type Body = Life;
    /// What SQL knows of the rooms one revision before the batch.
    type Stored = HashMap<Revision, Room>;

    fn decode(subject: &str, payload: &[u8]) -> Result<Life, Undecodable> {
        match subjects::parse_life(subject) {
            Some(LifeKind::Room(id)) => {
                let room: Box<Room> = from_envelope(payload)?;
                (room.id == id).then_some(Life::Room(room)).ok_or(Undecodable::Misplaced)
            }
            Some(LifeKind::Pair(key)) => {
                let pair: Box<Pair> = from_envelope(payload)?;
                (pair.key == key).then_some(Life::Pair(pair)).ok_or(Undecodable::Misplaced)
            }
            _ => Err(Undecodable::Misplaced),
        }
    }

    async fn store(
        &self,
        transaction: &DatabaseTransaction,
        batch: &[Event<Life>],
    ) -> Result<HashMap<Revision, Room>, DbErr> {
        let (mut documents, mut pairs) = (Vec::new(), Vec::new());
        for event in batch {
            match &event.body {
                Life::Room(room) => documents.push((event, room, rows::document(room)?)),
                Life::Pair(pair) => pairs.push(rows::pair(event.seq, pair, rows::document(pair)?)),
            }
        }
        let rooms = documents.iter().map(|(event, room, json)| rows::room(event.seq, room, json.clone()));
        room::Entity::upsert(transaction, rooms).await?;
        let events = documents
            .iter()
            .map(|(event, room, json)| rows::room_event(event.seq, event.at, room, json.clone()))
            .collect();
        room_event::Entity::record(transaction, events).await?;
        pair::Entity::upsert(transaction, pairs).await?;
        Predecessors::missing_in(batch).load(transaction).await
    }

    async fn tell(&self, batch: &[Event<Life>], recorded: HashMap<Revision, Room>) -> Result<(), Stopped> {
        let mut told = Vec::new();
        let mut created = Vec::new();
        let mut changed = BTreeSet::new();
        let known = Predecessors::within(batch, recorded);
        for (event, room) in rooms_in(batch) {
            let before = match known.of(room) {
                Some(before) => Some(before),
                None => predecessor_of(&self.broker, event.seq, room, self.events.shutdown()).await?,
            };
            let facts = facts_of(before.as_ref(), room);
            told.extend(facts.into_iter().map(|(ordinal, fact)| Told {
                seq: event.seq,
                ordinal,
                at: event.at,
                fact,
            }));
            if room.revision == 1 {
                created.push(room);
            }
            if room.revision > 1 || room.the_match().is_none() {
                let members = who_sees_a_change(before.as_ref(), room);
                changed.extend(members.into_iter().map(|member| (room.id, member)));
            }
        }
        self.events.publish(told).await?;
        self.tell_members(&created, changed).await;
        self.remember_decisions(batch);
        Ok(())
    }
}

impl Rooms {
    async fn tell_members(&self, created: &[&Room], changed: BTreeSet<(RoomId, domain::UserId)>) {
        let new: Vec<Uuid> = created.iter().map(|room| room.id.0).collect();
        meet_concurrent_projections(&self.database, &new).await;
        for room in created.iter().filter(|room| room.the_match().is_some()) {
            self.notices.match_found(room).await;
        }
        for (room, member) in changed {
            self.notices.room_changed(room, member).await;
        }
        self.notices.unread_in_new_rooms(&new).await;
    }

    fn remember_decisions(&self, batch: &[Event<Life>]) {
        for (event, room) in rooms_in(batch).filter(|(_, room)| room.is_decided()) {
            // Its receiver ends with the process.
            let _ = self.decisions.send(Decided::new(event.seq, room));
        }
    }
}

/// The rooms of a batch, each with its event.
pub(super) fn rooms_in(batch: &[Event<Life>]) -> impl Iterator<Item = (&Event<Life>, &Room)> {
    batch.iter().filter_map(|event| match &event.body {
        Life::Room(room) => Some((event, &**room)),
        Life::Pair(_) => None,
    })
}
