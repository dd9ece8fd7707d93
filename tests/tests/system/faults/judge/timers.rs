//! What is promised of timers: R6.

use std::time::Duration;

use domain::{
    RoomId, Timestamp,
    room::{Phase, Room, Vote},
};

use super::Evidence;

/// After an outage: a process starts, connects, is given what it has missed, and a killed worker's timers go to another. The
/// machine has all people and faults of the run to do meanwhile.
const AT_ONCE: Duration = Duration::from_secs(15);

/// How long after its deadline a phase ended by its timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    pub room: RoomId,
    pub due: Timestamp,
    pub by_ms: i64,
    /// The longest time in between in which nothing kept a timer from its room.
    pub undisturbed: Duration,
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
            let due = before.deadline()?.at;
            Some(Lateness {
                room,
                due,
                by_ms: ended.0 - due.0,
                undisturbed: longest_undisturbed(&evidence.disturbed, due, ended),
            })
        })
        .collect()
}

/// Timers are never early, and at once after an outage: nothing that is due stays so while nothing keeps it from its room.
pub fn in_time(evidence: &Evidence, broken: &mut Vec<String>) {
    for late in lateness(evidence) {
        if late.by_ms < 0 {
            broken.push(format!(
                "R6: {} left a phase {} ms early",
                late.room, -late.by_ms
            ));
        }
        if late.undisturbed > AT_ONCE {
            broken.push(format!(
                "R6: {} stayed {} ms in a phase that was over at {}, {:?} of it without anything that kept it there",
                late.room, late.by_ms, late.due, late.undisturbed
            ));
        }
    }
}

/// `disturbed`: times, in the order of their beginnings, that may overlap.
fn longest_undisturbed(
    disturbed: &[(Timestamp, Timestamp)],
    from: Timestamp,
    to: Timestamp,
) -> Duration {
    let (mut longest, mut since) = (Duration::ZERO, from);
    for (begun, over) in disturbed.iter().filter(|(_, over)| *over > from) {
        longest = longest.max((*begun).min(to).since(since));
        since = since.max(*over);
    }
    longest.max(to.since(since))
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
