//! What is promised of what people decide: R5 and R7.

use std::{collections::BTreeSet, time::Duration};

use domain::{RoomId, Timestamp, UserId, room::Vote};

use super::{Event, Evidence};

/// What two clocks of one machine may differ by.
const CLOCKS_DIFFER: Duration = Duration::from_millis(250);

/// R5: a vote that was accepted is in the room's life.
pub fn counted(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        let Event::Voted {
            vote,
            answered: Some(200),
        } = entry.event
        else {
            continue;
        };
        let life = evidence.lives.get(&entry.room);
        let counted = life.is_some_and(|life| {
            life.iter().any(|room| {
                let seat = room.members.iter().position(|id| *id == entry.user);
                seat.is_some_and(|seat| room.seats[seat].vote == Some(vote))
            })
        });
        if !counted {
            broken.push(format!(
                "R5: {:?}: {} voted {vote:?} in {}, and the room never had it",
                entry.at, entry.user, entry.room
            ));
        }
    }
}

/// R5: a room is kept only where both said so, whether they heard of it or not.
pub fn only_what_both_wanted_is_kept(evidence: &Evidence, broken: &mut Vec<String>) {
    let keepers: BTreeSet<(RoomId, UserId)> = evidence
        .entries
        .iter()
        .filter(|entry| may_count(&entry.event))
        .map(|entry| (entry.room, entry.user))
        .collect();
    for (id, life) in &evidence.lives {
        for member in life.last().iter().flat_map(|room| room.members) {
            let is_kept = life.iter().any(|room| room.kept_at.is_some());
            if is_kept && !keepers.contains(&(*id, member)) {
                broken.push(format!("R5: {id} was kept, and {member} never said so"));
            }
        }
    }
}

/// A vote to keep that was accepted, or of which nobody knows.
fn may_count(event: &Event) -> bool {
    matches!(
        event,
        Event::Voted {
            vote: Vote::Keep,
            answered: None | Some(200 | 503),
        }
    )
}

/// R7: whoever has blocked somebody, and was told so, is not brought together with them afterwards.
pub fn blocked_for_good(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        let Event::Blocked {
            other,
            answered: Some(204),
        } = entry.event
        else {
            continue;
        };
        let since = later(evidence.begun_at, entry.at + CLOCKS_DIFFER);
        let matched = evidence.lives.values().filter_map(|life| life.last());
        for room in matched.filter(|room| room.the_match().is_some()) {
            let is_theirs = room.has_member(entry.user) && room.has_member(other);
            if is_theirs && room.created_at > since {
                broken.push(format!(
                    "R7: {} met {other} again in {} after a block at {:?}",
                    entry.user, room.id, entry.at
                ));
            }
        }
    }
}

/// R1, R7: a room that a ticket named exists.
pub fn every_match_is_known(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        if entry.event == Event::Matched && !evidence.lives.contains_key(&entry.room) {
            broken.push(format!(
                "R7: {:?}: {} was matched into {}, which SQL does not have",
                entry.at, entry.user, entry.room
            ));
        }
    }
}

fn later(begin: Timestamp, by: Duration) -> Timestamp {
    Timestamp(begin.0 + i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 2))
}
