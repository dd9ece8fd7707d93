//! What is promised of the lives of rooms: R5 and R7.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    RoomId, UserId,
    room::{Outcome, Phase, Room},
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
