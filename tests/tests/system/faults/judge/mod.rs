//! Whether a run kept the promises: pure, from what people saw and what the archive has in the end.

mod lives;
mod messages;
#[cfg(test)]
mod tests;
mod timers;
mod trial;
mod votes;

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClientId, RoomId, Timestamp, UserId, room::Room};

use super::ledger::{Entry, Event, Placed};
pub use timers::lateness;
pub use trial::shortcomings;

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
    /// The sequences in `LIFE` of each room's revisions.
    pub placed: BTreeMap<RoomId, Vec<u64>>,
    /// Pairs that must never meet, from before the run.
    pub blocked: BTreeSet<(UserId, UserId)>,
    /// When something could keep a timer from its room: a fault of the broker, its routes, or a countdown and its link. In the
    /// order of their beginnings, by the broker's clock.
    pub disturbed: Vec<(Timestamp, Timestamp)>,
    /// When the ledger begins, by the broker's clock.
    pub begun_at: Timestamp,
}

/// Every promise that was broken, in words. Empty for a clean run.
pub fn judge(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    strange(evidence, &mut broken);
    messages::acknowledged_is_stored(evidence, &mut broken);
    messages::stored_once(evidence, &mut broken);
    messages::one_order(evidence, &mut broken);
    messages::resumed(evidence, &mut broken);
    messages::own_words(evidence, &mut broken);
    lives::one_outcome(evidence, &mut broken);
    timers::in_time(evidence, &mut broken);
    lives::matched_once(evidence, &mut broken);
    votes::counted(evidence, &mut broken);
    votes::only_what_both_wanted_is_kept(evidence, &mut broken);
    votes::blocked_for_good(evidence, &mut broken);
    votes::every_match_is_known(evidence, &mut broken);
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
