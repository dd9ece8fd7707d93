//! Rooms and pairs that `LIFE` has lost, put back from SQL.
//!
//! The sequences that a loss left empty are known. Whatever row shows an event from among them has no event any more: its
//! document is published as the subject's last event, on the condition that nobody has written there since. Doing so
//! twice is harmless: the row then shows the new event.

use bootstrap::Database;
use broker::{Broker, PublishError, Skipped, life::Write};
use contract::{Unknown, streams::LIFE};
use domain::{
    UserId,
    pair::{MutualLike, Pair, PairKey},
    room::Room,
    ticket::TicketState,
};
use entities::{pair, room};
use serde::Deserialize;
use serde_json::Value;

/// Rows that are read at once.
const PAGE: u64 = 200;

/// Puts back what the last loss took.
///
/// # Errors
/// The database or the broker is away.
pub(super) async fn lost_events(broker: &Broker, database: &Database) -> anyhow::Result<()> {
    let life = broker.stream_state(&LIFE).await?;
    let Some(skipped) = life.skipped.filter(|_| !life.put_back) else {
        return Ok(());
    };
    put_back_rooms(broker, database, skipped).await?;
    put_back_pairs(broker, database, skipped).await?;
    Ok(broker.mark_put_back(&LIFE, skipped).await?)
}

async fn put_back_rooms(
    broker: &Broker,
    database: &Database,
    skipped: Skipped,
) -> anyhow::Result<()> {
    let mut range = signed(skipped.first)..=signed(skipped.last);
    loop {
        let rows = room::Entity::shown_by(&database.read, range.clone(), PAGE).await?;
        let Some(end) = rows.last().map(|row| row.life_seq) else {
            return Ok(());
        };
        range = end + 1..=*range.end();
        for row in rows {
            put_back_room(broker, row.document, skipped).await?;
        }
    }
}

async fn put_back_pairs(
    broker: &Broker,
    database: &Database,
    skipped: Skipped,
) -> anyhow::Result<()> {
    let mut range = signed(skipped.first)..=signed(skipped.last);
    loop {
        let rows = pair::Entity::shown_by(&database.read, range.clone(), PAGE).await?;
        let Some(end) = rows.last().map(|row| row.life_seq) else {
            return Ok(());
        };
        range = end + 1..=*range.end();
        for row in rows {
            put_back_pair(broker, row.document, skipped).await?;
        }
    }
}

/// With its members' tickets, which would otherwise wait for a match that they have had.
async fn put_back_room(broker: &Broker, document: Value, skipped: Skipped) -> anyhow::Result<()> {
    let room = Room::deserialize(&document)?;
    let unknown = Unknown::of(&document, &room)?;
    let current = broker.room(room.id).await?;
    let seq = current.map_or(0, |current| current.seq);
    if seq >= skipped.first {
        return Ok(());
    }
    let mut writes = Vec::new();
    if room.the_match().is_some() && !room.is_decided() {
        for member in room.members {
            writes.extend(matched_ticket(broker, member, &room, skipped).await?);
        }
    }
    let id = room.id;
    writes.push(Write::Room(Box::new(room), seq).keeping(&unknown));
    commit(broker, &writes).await?;
    tracing::warn!(room_id = %id, "a room that the stream had lost is put back");
    Ok(())
}

async fn matched_ticket(
    broker: &Broker,
    member: UserId,
    room: &Room,
    skipped: Skipped,
) -> anyhow::Result<Option<Write>> {
    let waiting = broker
        .ticket(member)
        .await?
        .filter(|ticket| ticket.seq < skipped.first && ticket.value.is_waiting());
    Ok(waiting.map(|ticket| {
        let matched = TicketState::Matched { room_id: room.id };
        ticket.becomes(ticket.value.moved_to(matched))
    }))
}

async fn put_back_pair(broker: &Broker, document: Value, skipped: Skipped) -> anyhow::Result<()> {
    let pair = Pair::deserialize(&document)?;
    let unknown = Unknown::of(&document, &pair)?;
    let PairKey { low, high } = pair.key;
    let current = broker.pair(pair.key).await?;
    if current.seq >= skipped.first {
        return Ok(());
    }
    let pair = Pair {
        // It was told when it happened.
        mutual_like: match pair.mutual_like {
            MutualLike::Now => MutualLike::Before,
            other => other,
        },
        ..pair
    };
    let put_back = Write::Pair(Box::new(pair), current.seq).keeping(&unknown);
    commit(broker, &[put_back]).await?;
    tracing::warn!(%low, %high, "a pair that the stream had lost is put back");
    Ok(())
}

/// Somebody who was faster knows better.
async fn commit(broker: &Broker, writes: &[Write]) -> Result<(), PublishError> {
    match broker.commit(writes).await {
        Ok(_) | Err(PublishError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
