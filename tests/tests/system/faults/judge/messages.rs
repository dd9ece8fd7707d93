//! What is promised of messages: R1 to R4.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClientId, RoomId, UserId};

use super::{Event, Evidence};

/// R1: an acknowledged message is never lost; R2: and has one place, however often it is sent.
pub fn acknowledged_is_stored(evidence: &Evidence, broken: &mut Vec<String>) {
    for entry in &evidence.entries {
        let Event::Acked { client_id, seq, .. } = entry.event else {
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
pub fn stored_once(evidence: &Evidence, broken: &mut Vec<String>) {
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
pub fn one_order(evidence: &Evidence, broken: &mut Vec<String>) {
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
        if let Event::Acked { seq, client_id, .. } = entry.event {
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
pub fn resumed(evidence: &Evidence, broken: &mut Vec<String>) {
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

/// R2: what is read and heard is what its sender said.
pub fn own_words(evidence: &Evidence, broken: &mut Vec<String>) {
    let mut senders = BTreeMap::new();
    for entry in &evidence.entries {
        if let Event::Sent { client_id, .. } = entry.event {
            senders.insert(client_id, (entry.user, entry.room));
        }
    }
    let read = evidence.read.iter();
    let read = read.flat_map(|((room, _), read)| read.iter().map(move |one| (*room, *one)));
    let heard = evidence
        .entries
        .iter()
        .filter_map(|entry| match entry.event {
            Event::Heard(one) => Some((entry.room, one)),
            _ => None,
        });
    for (room, message) in read.chain(heard) {
        let said = senders.get(&message.client_id) == Some(&(message.sender, room));
        if !said || message.says != message.client_id {
            broken.push(format!("R2: {message:?} in {room} is not what was said"));
        }
    }
}
