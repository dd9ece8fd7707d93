//! What SQL has in the end.

use std::{collections::BTreeMap, time::Duration};

use domain::{ClientId, RoomId, room::Room};
use entities::{message, room, room_event};
use sea_orm::{Database, DatabaseConnection, EntityTrait, QueryOrder};
use tokio::time::{Instant, sleep};

use super::ledger::{Entry, Event};

/// How long the backlog of a whole run may take into SQL.
const LIMIT: Duration = Duration::from_secs(60);

/// A room's messages, by sequence.
pub type Stored = BTreeMap<RoomId, Vec<(u64, ClientId)>>;

/// A connection to the database.
pub async fn open(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("a database")
}

/// Waits until SQL has the last message that was acknowledged in each room and every room's outcome, for a while.
pub async fn until_settled(database: &DatabaseConnection, entries: &[Entry]) {
    let mut last: BTreeMap<RoomId, u64> = BTreeMap::new();
    for entry in entries {
        if let Event::Acked { seq, .. } = entry.event {
            let newest = last.entry(entry.room).or_default();
            *newest = seq.max(*newest);
        }
    }
    let begun = Instant::now();
    while begun.elapsed() < LIMIT {
        let stored = stored(database).await;
        let has = |room: &RoomId, seq: u64| {
            let newest = stored.get(room).and_then(|messages| messages.last());
            newest.is_some_and(|(newest, _)| *newest >= seq)
        };
        let decided = lives(database).await.into_values().all(|life| {
            life.last()
                .is_some_and(|(_, room)| room.is_decided() || room.the_match().is_none())
        });
        if decided && last.iter().all(|(room, seq)| has(room, *seq)) {
            break;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// All messages.
pub async fn stored(database: &DatabaseConnection) -> Stored {
    let rows = message::Entity::find()
        .order_by_asc(message::Column::Seq)
        .all(database)
        .await
        .expect("the messages");
    let mut stored = Stored::new();
    for row in rows {
        let seq = u64::try_from(row.seq).expect("a sequence");
        let of_room = stored.entry(RoomId(row.room_id)).or_default();
        of_room.push((seq, ClientId(row.client_id)));
    }
    stored
}

/// Every room's revisions in their order, each with its sequence in `LIFE`; the earlier ones of a room without an outcome
/// are in the stream alone.
pub async fn lives(database: &DatabaseConnection) -> BTreeMap<RoomId, Vec<(u64, Room)>> {
    let events = room_event::Entity::find()
        .all(database)
        .await
        .expect("the rooms' events");
    let rooms = room::Entity::find().all(database).await.expect("the rooms");
    let documents = events
        .into_iter()
        .map(|event| (event.life_seq, event.document))
        .chain(rooms.into_iter().map(|room| (room.life_seq, room.document)));
    let mut lives: BTreeMap<RoomId, BTreeMap<u32, (u64, Room)>> = BTreeMap::new();
    for (seq, document) in documents {
        let room: Room = serde_json::from_value(document).expect("a room");
        let seq = u64::try_from(seq).expect("a sequence");
        lives
            .entry(room.id)
            .or_default()
            .insert(room.revision, (seq, room));
    }
    lives
        .into_iter()
        .map(|(room, life)| (room, life.into_values().collect()))
        .collect()
}
