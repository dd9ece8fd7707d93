//! Taking the past of decided rooms out of `LIFE`: SQL has it, and only the last event of a subject is ever read again.
//!
//! The event that ends a room stays for seven days. What was before it must have gone by then, or it would be the last event
//! again, and the room open. So what is to go is noted in SQL with the outcome, and the note goes last.

use std::{collections::BTreeMap, time::Duration};

use bootstrap::{Database, Shutdown};
use broker::{Broker, ReadError};
use contract::{consumers::PERSISTENCE_LIFE, streams::LIFE, subjects};
use domain::{RoomId, UserId};
use entities::{room, room_past};

use super::{
    floor,
    rounds::{self, Left},
};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Rooms of one round.
const AT_ONCE: usize = 500;

/// Takes out what is noted, until shutdown.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let purpose = "the removal of what decided rooms leave in the stream";
    rounds::until_shutdown(purpose, LOOK_EVERY, shutdown, || {
        purge_passed(&broker, &database)
    })
    .await
}

/// Purges the rooms whose outcome, and so every event before it, is stored and acknowledged.
async fn purge_passed(broker: &Broker, database: &Database) -> anyhow::Result<Left> {
    let mut passed = room_past::Entity::earliest(&database.read, AT_ONCE as u64).await?;
    if passed.is_empty() {
        return Ok(Left::Nothing);
    }
    let floor = floor::of(broker, &PERSISTENCE_LIFE).await?.seq;
    passed.retain(|past| past.life_seq.unsigned_abs() <= floor);
    let rooms: Vec<_> = passed.iter().map(|past| past.room_id).collect();
    let rows = room::Entity::among(&database.read, &rooms).await?;
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let purged = rounds::each(&passed, |past| async {
        let row = rows.get(&past.room_id);
        purge(broker, RoomId(past.room_id), row).await?;
        Ok(room_past::Entity::gone(&database.write, past).await?)
    });
    let is_full = purged.await? == AT_ONCE;
    Ok(if is_full { Left::More } else { Left::Nothing })
}

/// Each subject and how many of its newest events are needed. A decided room needs no timer any more.
async fn purge(broker: &Broker, room: RoomId, row: Option<&room::Model>) -> Result<(), ReadError> {
    let ended = row.filter(|row| row.state == "ended");
    let members = ended
        .into_iter()
        .flat_map(|row| [row.low_user, row.high_user]);
    let tickets = members.map(|member| (subjects::life_ticket(UserId(member)), 1));
    let of_room = [
        (subjects::life_room(room), 1),
        (subjects::life_due(room), 0),
    ];
    for (subject, keep) in of_room.into_iter().chain(tickets) {
        broker.purge(&LIFE, &subject, keep).await?;
    }
    Ok(())
}
