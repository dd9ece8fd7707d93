//! Taking the past of decided rooms out of `LIFE`: SQL has it, and only the last event of a subject is ever read again.

use std::{collections::BTreeMap, time::Duration};

use bootstrap::{Database, Shutdown};
use broker::{Broker, ReadError};
use contract::{consumers::PERSISTENCE_LIFE, streams::LIFE, subjects};
use domain::{RoomId, Timestamp, UserId, room::Room};
use entities::room;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use super::floor;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A worker that was killed has left its last decisions unpurged: rooms this young are looked at when one starts. For so long
/// a room's last event stays in the stream; what was before it must have gone by then.
const YOUNG_MS: i64 = 7 * 86_400_000;
const YOUNG_AT_MOST: u64 = 1_000;

/// A room that has come to its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decided {
    seq: u64,
    room: RoomId,
    members: [UserId; 2],
    ended: bool,
}

impl Decided {
    /// The room's event at `seq` shows its outcome.
    pub(super) fn new(seq: u64, room: &Room) -> Self {
        Self {
            seq,
            room: room.id,
            members: room.members,
            ended: room.is_ended(),
        }
    }

    fn from_row(row: &room::Model) -> Self {
        Self {
            seq: row.life_seq.unsigned_abs(),
            room: RoomId(row.id),
            members: [UserId(row.low_user), UserId(row.high_user)],
            ended: row.state == "ended",
        }
    }

    /// Each subject and how many of its newest events are needed. A decided room needs no timer any more.
    fn subjects(&self) -> Vec<(String, u64)> {
        let tickets = self
            .members
            .into_iter()
            .filter(|_| self.ended)
            .map(|member| (subjects::life_ticket(member), 1));
        let of_room = [
            (subjects::life_room(self.room), 1),
            (subjects::life_due(self.room), 0),
        ];
        of_room.into_iter().chain(tickets).collect()
    }
}

/// Purges beside the lanes, so that it holds nothing up.
#[derive(Debug)]
pub(super) struct Purger {
    decisions: mpsc::UnboundedSender<Decided>,
    task: JoinHandle<()>,
}

impl Purger {
    pub(super) fn start(broker: Broker, database: Database, shutdown: Shutdown) -> Self {
        let (decisions, received) = mpsc::unbounded_channel();
        let task = tokio::spawn(work(broker, database, received, shutdown));
        Self { decisions, task }
    }

    /// Where decisions are reported.
    pub(super) fn decisions(&self) -> mpsc::UnboundedSender<Decided> {
        self.decisions.clone()
    }

    /// Waits for the last round after shutdown.
    pub(super) async fn finish(self) {
        drop(self.decisions);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the purger has failed");
        }
    }
}

async fn work(
    broker: Broker,
    database: Database,
    mut received: mpsc::UnboundedReceiver<Decided>,
    shutdown: Shutdown,
) {
    let mut waiting = BTreeMap::new();
    let mut has_looked_back = false;
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            decided = received.recv() => match decided {
                Some(decided) => { waiting.insert(decided.seq, decided); }
                None => break,
            },
            _ = look.tick(), if !shutdown.is_requested() => {
                has_looked_back = has_looked_back || look_back(&broker, &database, &mut waiting).await;
                purge_passed(&broker, &mut waiting).await;
            }
        }
    }
    purge_passed(&broker, &mut waiting).await;
}

/// Adds what an earlier worker may have left. Says whether it could be read.
async fn look_back(
    broker: &Broker,
    database: &Database,
    waiting: &mut BTreeMap<u64, Decided>,
) -> bool {
    let from = Timestamp(broker.clock().now().0 - YOUNG_MS);
    match room::Entity::decided_since(&database.read, first_id_at(from), YOUNG_AT_MOST).await {
        Ok(rows) => {
            let decided = rows.iter().map(Decided::from_row);
            waiting.extend(decided.map(|decided| (decided.seq, decided)));
            true
        }
        Err(error) => {
            tracing::warn!(%error, "rooms that an earlier worker left unpurged are looked at later");
            false
        }
    }
}

/// The lowest UUIDv7 of an instant: the ids of rooms grow with time.
fn first_id_at(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// Purges the rooms whose outcome, and so every event before it, is stored and acknowledged.
async fn purge_passed(broker: &Broker, waiting: &mut BTreeMap<u64, Decided>) {
    if waiting.is_empty() {
        return;
    }
    let floor = match floor::of(broker, &PERSISTENCE_LIFE).await {
        Ok(floor) => floor.seq,
        Err(error) => return tracing::debug!(%error, "the floor is not known; purging waits"),
    };
    while let Some(next) = waiting.first_entry().filter(|next| *next.key() <= floor) {
        if let Err(error) = purge(broker, next.get()).await {
            tracing::warn!(%error, "a room's past was not purged; trying again");
            return;
        }
        next.remove();
    }
}

async fn purge(broker: &Broker, decided: &Decided) -> Result<(), ReadError> {
    for (subject, keep) in decided.subjects() {
        broker.purge(&LIFE, &subject, keep).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_are_above_the_first_one_of_an_instant() {
        let now = Timestamp(1_795_460_400_123);
        let later =
            uuid::Builder::from_unix_timestamp_millis(1_795_460_400_124, &[7; 10]).into_uuid();
        assert!(first_id_at(now) < later);
        assert!(first_id_at(Timestamp(now.0 + 1)) < later);
        assert!(first_id_at(Timestamp(now.0 + 2)) > later);
    }
}
