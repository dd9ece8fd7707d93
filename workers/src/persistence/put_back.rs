//! Rooms and pairs that `LIFE` has lost, put back from SQL.
//!
//! What was lost is found by content: timers and matchmakers may have written on the lost sequences before anybody
//! looked. The rows are gone through from the latest event downwards, to where the stream is known to be whole. From the
//! first lost one upwards each document is then published as its subject's last event, on the condition that nobody has
//! written there since. The newest rows come last, so that whoever sees them in their place knows that all are. Doing it
//! twice is harmless.

use bootstrap::{
    Database,
    archive::{Lost, Row},
};
use broker::{
    Broker, ConsumerState, PublishError,
    life::{Versioned, Write},
};
use contract::{Unknown, consumers::PERSISTENCE_LIFE, streams::LIFE};
use domain::{UserId, pair::Pair, room::Room, ticket::TicketState};
use entities::{life_rows, pair, room};

use super::gone;

/// Rows that are read at once.
const PAGE: u64 = 200;
/// How often a row is looked at again because somebody wrote its subject in between.
const TRIES: usize = 16;

/// Which rows.
#[derive(Debug, Clone, Copy)]
enum Table {
    Rooms,
    Pairs,
}

/// Rows of a table in the order of their events; `end` is the sequence of the last one.
struct Page {
    rows: Vec<Row>,
    end: i64,
}

/// Puts back what `LIFE` has lost. Where it has lost nothing, this costs one page of each table.
///
/// # Errors
/// The database or the broker is away.
pub(super) async fn lost_events(broker: &Broker, database: &Database) -> anyhow::Result<()> {
    let life = broker.stream_state(&LIFE).await?;
    let persistence = broker.consumer_state(&PERSISTENCE_LIFE).await?;
    // Everything up to here was in the stream when it was copied, or when the power failed.
    let had = persistence.as_ref().map_or(0, ConsumerState::done_up_to);
    let whole_up_to = had.min(life.last_seq);
    for table in [Table::Rooms, Table::Pairs] {
        let first = first_lost(broker, database, table, life.last_seq, whole_up_to).await?;
        if let Some(first) = first {
            gone::note_all_again(database, broker.clock().now()).await?;
            put_back(broker, database, table, first).await?;
        }
    }
    match life.skipped.filter(|_| !life.put_back) {
        Some(skipped) => Ok(broker.mark_put_back(&LIFE, skipped).await?),
        None => Ok(()),
    }
}

/// The sequence of the earliest event that is lost. Ends at a page of which nothing is, if it reaches down to where the
/// stream is whole.
async fn first_lost(
    broker: &Broker,
    database: &Database,
    table: Table,
    last_seq: u64,
    whole_up_to: u64,
) -> anyhow::Result<Option<u64>> {
    let (mut first, mut up_to) = (None, i64::MAX);
    while let Some(page) = table.downwards(database, up_to).await? {
        let suspects = not_in_their_place(broker, page.rows, last_seq).await?;
        let mut page_is_whole = true;
        for row in suspects {
            if row.lost(broker, database).await?.is_some() {
                page_is_whole = false;
                first = Some(row.seq);
            }
        }
        if page_is_whole && page.end.unsigned_abs() <= whole_up_to {
            break;
        }
        up_to = page.end - 1;
    }
    Ok(first)
}

/// Those whose subject's last event is not the very one that they show, found by one request.
async fn not_in_their_place(
    broker: &Broker,
    mut rows: Vec<Row>,
    last_seq: u64,
) -> anyhow::Result<Vec<Row>> {
    let subjects: Vec<String> = rows.iter().map(Row::subject).collect();
    let last = broker.last_of_each(&LIFE, &subjects, last_seq).await?;
    rows.retain(|row| {
        let at = last.binary_search_by_key(&row.seq, |event| event.seq);
        !at.is_ok_and(|at| last[at].subject == row.subject() && row.is_shown_by(&last[at]))
    });
    Ok(rows)
}

async fn put_back(
    broker: &Broker,
    database: &Database,
    table: Table,
    first: u64,
) -> anyhow::Result<()> {
    let mut from = i64::try_from(first).unwrap_or(i64::MAX);
    while let Some(page) = table.upwards(database, from).await? {
        for row in page.rows {
            put_back_row(broker, database, &row).await?;
        }
        from = page.end + 1;
    }
    Ok(())
}

async fn put_back_row(broker: &Broker, database: &Database, row: &Row) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        let Some(lost) = row.lost(broker, database).await? else {
            return Ok(());
        };
        let (kind, writes) = match lost {
            Lost::Room(room, current) => (
                "room",
                writes_of_room(broker, *room, current, &row.unknown).await?,
            ),
            Lost::Pair(pair, current) => {
                ("pair", vec![write_of_pair(*pair, current, &row.unknown)])
            }
        };
        match broker.commit(&writes).await {
            Ok(_) => {
                metrics::counter!("webchat_put_back_total", "kind" => kind).increment(1);
                tracing::warn!(
                    subject = row.subject(),
                    "what the stream had lost is put back"
                );
                return Ok(());
            }
            // A timer was faster: what it made of the older state is looked at.
            Err(PublishError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    anyhow::bail!("others write {} again and again", row.subject())
}

/// With its members' tickets, which would otherwise wait for a match that they have had.
async fn writes_of_room(
    broker: &Broker,
    room: Room,
    current: Option<Versioned<Room>>,
    unknown: &Unknown,
) -> anyhow::Result<Vec<Write>> {
    let mut writes = Vec::new();
    if current.is_none() && room.the_match().is_some() && !room.is_decided() {
        for member in room.members {
            writes.extend(matched_ticket(broker, member, &room).await?);
        }
    }
    let seq = current.as_ref().map_or(0, |current| current.seq);
    let room = room.put_back_over(current.as_ref().map(|current| &current.value));
    writes.push(Write::Room(Box::new(room), seq).keeping(unknown));
    Ok(writes)
}

async fn matched_ticket(
    broker: &Broker,
    member: UserId,
    room: &Room,
) -> anyhow::Result<Option<Write>> {
    let ticket = broker.ticket(member).await?;
    let waiting = ticket.filter(|ticket| ticket.value.is_waiting());
    Ok(waiting.map(|ticket| {
        let matched = TicketState::Matched { room_id: room.id };
        ticket.becomes(ticket.value.moved_to(matched))
    }))
}

fn write_of_pair(pair: Pair, current: Option<Versioned<Pair>>, unknown: &Unknown) -> Write {
    let seq = current.as_ref().map_or(0, |current| current.seq);
    let current = current.map_or_else(|| Pair::strangers(pair.key), |current| current.value);
    Write::Pair(Box::new(pair.put_back_over(&current)), seq).keeping(unknown)
}

impl Table {
    /// The rows of the latest events up to a sequence, the latest first.
    async fn downwards(self, database: &Database, up_to: i64) -> anyhow::Result<Option<Page>> {
        let db = &database.read;
        Ok(match self {
            Self::Rooms => of_rooms(&life_rows::up_to::<room::Entity, _>(db, up_to, PAGE).await?),
            Self::Pairs => of_pairs(&life_rows::up_to::<pair::Entity, _>(db, up_to, PAGE).await?),
        })
    }

    /// The rows of the earliest events from a sequence on, the earliest first.
    async fn upwards(self, database: &Database, from: i64) -> anyhow::Result<Option<Page>> {
        let db = &database.read;
        Ok(match self {
            Self::Rooms => of_rooms(&life_rows::from::<room::Entity, _>(db, from, PAGE).await?),
            Self::Pairs => of_pairs(&life_rows::from::<pair::Entity, _>(db, from, PAGE).await?),
        })
    }
}

fn of_rooms(rows: &[room::Model]) -> Option<Page> {
    let end = rows.last()?.life_seq;
    let rows = rows.iter().filter_map(Row::of_room).collect();
    Some(Page { rows, end })
}

fn of_pairs(rows: &[pair::Model]) -> Option<Page> {
    let end = rows.last()?.life_seq;
    let rows = rows.iter().filter_map(Row::of_pair).collect();
    Some(Page { rows, end })
}
