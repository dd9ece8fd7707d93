//! What is promised of the lives of rooms: R5 to R7.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    RoomId, Timestamp, UserId,
    room::{Outcome, Phase, Room, Vote},
};

use super::{Event, Evidence};

/// R5: one outcome a room, the same for both members and in SQL; nothing after it but the end of a kept room.
pub fn one_outcome(evidence: &Evidence, broken: &mut Vec<String>) {
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
pub fn never_early(evidence: &Evidence, broken: &mut Vec<String>) {
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
///
/// By the places in the stream: times are estimates of each process, which may be late by a round trip.
pub fn matched_once(evidence: &Evidence, broken: &mut Vec<String>) {
    let mut of_user: BTreeMap<UserId, Vec<(u64, Option<u64>, RoomId)>> = BTreeMap::new();
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
        let (made, decided) = undecided_between(life, &evidence.placed[room]);
        for member in last.members {
            of_user
                .entry(member)
                .or_default()
                .push((made, decided, *room));
        }
    }
    for (user, mut rooms) in of_user {
        rooms.sort();
        for (earlier, later) in rooms.iter().zip(&rooms[1..]) {
            if earlier.1.is_none_or(|decided| decided >= later.0) {
                broken.push(format!(
                    "R7: {user} was in {} and {} at once",
                    earlier.2, later.2
                ));
            }
        }
    }
}

/// The places of a room's first event and of its outcome.
fn undecided_between(life: &[Room], placed: &[u64]) -> (u64, Option<u64>) {
    let decided = life.iter().position(Room::is_decided);
    (placed[0], decided.map(|at| placed[at]))
}
