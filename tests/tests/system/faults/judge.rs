//! Whether a run kept the promises: pure, from what people saw and what the archive has in the end.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ClientId, RoomId, Timestamp, UserId,
    room::{Outcome, Phase, Room, Vote},
};

use super::ledger::{Entry, Event, Placed};

/// Everything that the judgement needs.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What people did and saw.
    pub entries: Vec<Entry>,
    /// Each room's messages in SQL, by sequence.
    pub stored: BTreeMap<RoomId, Vec<(u64, ClientId)>>,
    /// What each member reads in the end.
    pub read: BTreeMap<(RoomId, UserId), Vec<Placed>>,
    /// What each listener shows in the end.
    pub shown: BTreeMap<(RoomId, UserId), Vec<(u64, ClientId)>>,
    /// Each room's life, every revision in its order, the last one as the room is now.
    pub lives: BTreeMap<RoomId, Vec<Room>>,
    /// Pairs that must never meet.
    pub blocked: BTreeSet<(UserId, UserId)>,
}

/// Every promise that was broken, in words. Empty for a clean run.
pub fn judge(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    strange(evidence, &mut broken);
    acknowledged_is_stored(evidence, &mut broken);
    stored_once(evidence, &mut broken);
    one_order(evidence, &mut broken);
    resumed(evidence, &mut broken);
    one_outcome(evidence, &mut broken);
    never_early(evidence, &mut broken);
    matched_once(evidence, &mut broken);
    broken
}

fn strange(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        match &entry.event {
            Event::Strange(what) => {
                broken.push(format!(
                    "{:?}: {what} (user {}, room {})",
                    entry.at, entry.user, entry.room
                ));
            }
            Event::Refused { code } if code != "unavailable" => {
                broken.push(format!(
                    "{:?}: a message to an open room was refused: {code}",
                    entry.at
                ));
            }
            _ => {}
        }
    }
}

/// R1: an acknowledged message is never lost; R2: and has one place, however often it is sent.
fn acknowledged_is_stored(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        let Event::Acked { client_id, seq } = entry.event else {
            continue;
        };
        let stored = evidence.stored.get(&entry.room);
        if stored.is_none_or(|stored| stored.binary_search(&(seq, client_id)).is_err()) {
            let at = entry.at;
            broken.push(format!(
                "R1: {at:?}: {client_id} was acknowledged as {seq} in {} and is not in SQL",
                entry.room
            ));
        }
    }
}

/// R2: each message is stored once and shown once.
fn stored_once(evidence: &Evidence, broken: &mut Vec<String>) {
    let listings = evidence
        .stored
        .iter()
        .map(|(room, stored)| (format!("SQL has of {room}"), stored.clone()));
    let shown = evidence
        .shown
        .iter()
        .map(|((room, user), shown)| (format!("{user} shows in {room}"), shown.clone()));
    for (whose, listing) in listings.chain(shown) {
        let mut seen = BTreeSet::new();
        for (seq, client_id) in listing {
            if !seen.insert(client_id) {
                broken.push(format!("R2: {whose} {client_id} twice, again as {seq}"));
            }
        }
    }
}

/// R3: both members and SQL agree, and the chain of previous sequences has no hole; a sender's own order stays.
fn one_order(evidence: &Evidence, broken: &mut Vec<String>) {
    for ((room, user), read) in &evidence.read {
        let mut previous = 0;
        for message in read {
            if message.prev_seq != previous {
                broken.push(format!(
                    "R3: {user} reads {message:?} in {room} after {previous}"
                ));
            }
            previous = message.seq;
        }
        let read: Vec<_> = read
            .iter()
            .map(|message| (message.seq, message.client_id))
            .collect();
        if evidence.stored.get(room) != Some(&read) {
            broken.push(format!(
                "R3: {user} reads other messages in {room} than SQL has"
            ));
        }
        if let Some(shown) = evidence.shown.get(&(*room, *user)) {
            // What nobody acknowledged may have come after the listener went.
            let end = shown.last().map_or(0, |(seq, _)| *seq);
            let heard: Vec<_> = read
                .iter()
                .copied()
                .filter(|(seq, _)| *seq <= end)
                .collect();
            if *shown != heard {
                let difference = difference(shown, &heard);
                broken.push(format!(
                    "R3: {user} was shown other messages in {room} than there are: {difference}"
                ));
            }
        }
    }
    let mut last = BTreeMap::new();
    for entry in &evidence.entries {
        if let Event::Acked { seq, client_id } = entry.event {
            let before = last.insert((entry.room, entry.user), (seq, client_id));
            if before.is_some_and(|(before, earlier)| before > seq && earlier != client_id) {
                broken.push(format!(
                    "R3: {:?}: {} said {seq} after {before:?}",
                    entry.at, entry.user
                ));
            }
        }
    }
}

fn difference(shown: &[(u64, ClientId)], read: &[(u64, ClientId)]) -> String {
    let (shown, read): (BTreeSet<_>, BTreeSet<_>) = (shown.iter().collect(), read.iter().collect());
    let missing: Vec<_> = read.difference(&shown).map(|(seq, _)| seq).collect();
    let more: Vec<_> = shown.difference(&read).map(|(seq, _)| seq).collect();
    format!("missing {missing:?}, more {more:?}")
}

/// R4: after `recovered`, exactly what was missed follows, in its order; otherwise the listener was told.
fn resumed(evidence: &Evidence, broken: &mut Vec<String>) {
    let mut positions: BTreeMap<(RoomId, UserId), Option<u64>> = BTreeMap::new();
    for entry in &evidence.entries {
        let position = positions.entry((entry.room, entry.user)).or_default();
        match &entry.event {
            Event::Hello {
                after,
                known,
                epoch,
                recovered,
            } => {
                if *recovered && known.is_some_and(|known| known != *epoch) {
                    broken.push(format!("R4: {:?}: recovered into another epoch", entry.at));
                }
                *position = recovered.then_some(*after);
            }
            Event::Heard(message) => {
                if *position != Some(message.prev_seq) {
                    broken.push(format!(
                        "R4: {:?}: {} heard {message:?} in {} at {position:?}",
                        entry.at, entry.user, entry.room
                    ));
                }
                *position = Some(message.seq);
            }
            Event::ReadAgain(messages) => {
                *position = Some(messages.last().map_or(0, |message| message.seq));
            }
            _ => {}
        }
    }
}

/// R5: one outcome a room, the same for both members and in SQL; nothing after it but the end of a kept room.
fn one_outcome(evidence: &Evidence, broken: &mut Vec<String>) {
    for (room, life) in &evidence.lives {
        for (n, (before, after)) in life.iter().zip(&life[1..]).enumerate() {
            if after.revision != before.revision + 1 {
                broken.push(format!(
                    "R5: {room} has no revision after {}",
                    before.revision
                ));
            }
            let may_follow = !before.is_decided()
                || (before.phase == Phase::Kept
                    && after.is_ended()
                    && after.kept_at == before.kept_at);
            if !may_follow {
                broken.push(format!(
                    "R5: {room} went on after its outcome: {:?} became {:?} (event {n})",
                    before.phase, after.phase
                ));
            }
        }
        if life
            .last()
            .is_some_and(|last| !last.is_decided() && last.the_match().is_some())
        {
            broken.push(format!("R5: {room} never came to an outcome"));
        }
    }
    let mut ended = BTreeSet::new();
    for entry in &evidence.entries {
        let Event::Status {
            outcome: Some(outcome),
            ..
        } = entry.event
        else {
            continue;
        };
        let room = evidence.lives.get(&entry.room).and_then(|life| life.last());
        let agrees = room.is_some_and(|room| match outcome {
            Outcome::Kept => room.kept_at.is_some(),
            Outcome::Ended => room.is_ended(),
        });
        if !agrees {
            broken.push(format!(
                "R5: {:?}: {} saw {outcome:?} in {}, SQL has {:?}",
                entry.at,
                entry.user,
                entry.room,
                room.map(|room| room.phase)
            ));
        }
        match outcome {
            Outcome::Ended => drop(ended.insert((entry.room, entry.user))),
            Outcome::Kept if ended.contains(&(entry.room, entry.user)) => {
                broken.push(format!(
                    "R5: {:?}: {} saw {} kept after its end",
                    entry.at, entry.user, entry.room
                ));
            }
            Outcome::Kept => {}
        }
    }
}

/// R6: no phase ends by its timer before its time.
fn never_early(evidence: &Evidence, broken: &mut Vec<String>) {
    for late in lateness(evidence) {
        if late.by_ms < 0 {
            broken.push(format!(
                "R6: {} left a phase {} ms early",
                late.room, -late.by_ms
            ));
        }
    }
}

/// How long after its deadline a phase ended by its timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    pub room: RoomId,
    pub by_ms: i64,
}

/// Of every phase that a timer ended.
pub fn lateness(evidence: &Evidence) -> Vec<Lateness> {
    let pairs = evidence
        .lives
        .iter()
        .flat_map(|(room, life)| life.iter().zip(&life[1..]).map(move |pair| (*room, pair)));
    pairs
        .filter_map(|(room, (before, after))| {
            let ended = ended_by_timer(before, after)?;
            let deadline = before.deadline()?;
            Some(Lateness {
                room,
                by_ms: ended.0 - deadline.at.0,
            })
        })
        .collect()
}

/// When the timer ended the phase, if it was the timer.
fn ended_by_timer(before: &Room, after: &Room) -> Option<Timestamp> {
    match (before.phase, after.phase) {
        // The next phase lasts its full time.
        (Phase::Countdown { .. }, Phase::Notification { deadline }) => Some(Timestamp(
            deadline.at.0 - i64::from(after.timing.notification_ms),
        )),
        (
            Phase::Idle { .. } | Phase::Countdown { .. } | Phase::Notification { .. },
            Phase::Ended { at, by: None, .. },
        ) if after.seats.iter().any(|seat| seat.vote != Some(Vote::End)) => Some(at),
        _ => None,
    }
}

/// R7: nobody is in two undecided matched rooms, and who blocked each other never meets.
fn matched_once(evidence: &Evidence, broken: &mut Vec<String>) {
    let mut of_user: BTreeMap<UserId, Vec<(Timestamp, Option<Timestamp>, RoomId)>> =
        BTreeMap::new();
    for (room, life) in &evidence.lives {
        let Some(last) = life.last().filter(|last| last.the_match().is_some()) else {
            continue;
        };
        let [low, high] = last.members;
        if evidence.blocked.contains(&(low, high)) || evidence.blocked.contains(&(high, low)) {
            broken.push(format!(
                "R7: {low} and {high} met in {room} although one blocked the other"
            ));
        }
        for member in last.members {
            let decided = last.kept_at.or(match last.phase {
                Phase::Ended { at, .. } => Some(at),
                _ => None,
            });
            of_user
                .entry(member)
                .or_default()
                .push((last.created_at, decided, *room));
        }
    }
    for (user, mut rooms) in of_user {
        rooms.sort();
        for (earlier, later) in rooms.iter().zip(&rooms[1..]) {
            if earlier.1.is_none_or(|decided| decided > later.0) {
                broken.push(format!(
                    "R7: {user} was in {} and {} at once",
                    earlier.2, later.2
                ));
            }
        }
    }
}
