//! Rooms and pairs, made anew.

use std::collections::{BTreeMap, HashSet};

use bootstrap::Transaction;
use broker::Skipped;
use entities::{expiry, make_way, room_event};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    super::{
        decode::{Event, sql_seq},
        expiry as retention,
        lane::Projection,
        rooms::{Life, Rooms, pairs_in, rooms_in},
    },
    remake::{Remake, Scope},
};

impl Remake for Rooms {
    const ROWS_SHOW_THE_LAST: bool = true;

    async fn remake(
        &self,
        transaction: &Transaction,
        batch: &[Event<Life>],
        scope: &Scope,
    ) -> Result<(), DbErr> {
        let ends = ends_of(batch);
        let expired = expired(transaction, &ends).await?;
        make_way_for(transaction, batch, &ends, scope).await?;
        self.store(transaction, batch).await?;
        for room in expired {
            room_event::Entity::forget(transaction, room).await?;
        }
        Ok(())
    }

    fn rooms(batch: &[Event<Life>]) -> Vec<Uuid> {
        ends_of(batch).into_keys().collect()
    }
}

/// The rooms of a batch, and when those that ended and were not kept have ended.
fn ends_of(batch: &[Event<Life>]) -> BTreeMap<Uuid, Option<i64>> {
    let mut ends = BTreeMap::<Uuid, Option<i64>>::new();
    for (_, room) in rooms_in(batch) {
        let end = ends.entry(room.id.0).or_default();
        *end = retention::of(room).map(|note| note.ended_at).or(*end);
    }
    ends
}

/// The rooms whose past is gone. Their last event is in the stream still, and would bring some of it back.
async fn expired(
    transaction: &Transaction,
    ends: &BTreeMap<Uuid, Option<i64>>,
) -> Result<HashSet<Uuid>, DbErr> {
    let ended = ends.iter().filter(|(_, end)| end.is_some());
    let ended: Vec<Uuid> = ended.map(|(room, _)| *room).collect();
    expiry::Entity::expired_among(transaction, &ended).await
}

async fn make_way_for(
    transaction: &Transaction,
    batch: &[Event<Life>],
    ends: &BTreeMap<Uuid, Option<i64>>,
    scope: &Scope,
) -> Result<(), DbErr> {
    let until = sql_seq(scope.until);
    let rooms: Vec<Uuid> = ends.keys().copied().collect();
    make_way::for_rooms(transaction, &rooms, until).await?;
    let revisions: Vec<_> = rooms_in(batch)
        .map(|(_, room)| (room.id.0, i64::from(room.revision)))
        .collect();
    let lost = |Skipped { first, last }| sql_seq(first)..=sql_seq(last);
    make_way::for_room_events(transaction, &revisions, scope.lost.map(lost)).await?;
    let notes: Vec<_> = ends.iter().map(|(room, end)| (*room, *end)).collect();
    make_way::for_expiries(transaction, &notes).await?;
    let pairs: Vec<_> = pairs_in(batch)
        .map(|(_, pair)| (pair.key.low.0, pair.key.high.0))
        .collect();
    make_way::for_pairs(transaction, &pairs, until).await
}
