//! People who listen, come back after every cut, and write down what they see.

use std::{collections::BTreeMap, time::Duration};

use contract::frames::ChatServerFrame;
use domain::{ClientId, RoomId};
use futures_util::SinkExt;
use rand::RngExt;
use serde_json::json;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tokio_tungstenite::tungstenite::Message as WebSocketMessage;
use uuid::Uuid;

use super::{
    ledger::{Event, Placed},
    people::{Actor, PAUSE, history, placed},
};
use crate::wire::{self, Frame};

/// A listener that hears nothing for so long asks whether anybody is there.
const SILENCE: Duration = Duration::from_secs(1);

/// The last message of each room that has one, when all is over.
pub type Last = watch::Receiver<Option<BTreeMap<RoomId, u64>>>;

fn due(last: &Last, room: RoomId) -> Option<u64> {
    let last = last.borrow();
    last.as_ref()
        .map(|last| last.get(&room).copied().unwrap_or(0))
}

/// What a listener shows, and where it stands.
#[derive(Debug, Default)]
struct Shown {
    messages: Vec<(u64, ClientId)>,
    epoch: Option<Uuid>,
    /// What this connection repeats of a history that was read while it was open.
    read_up_to: u64,
}

impl Shown {
    fn last(&self) -> u64 {
        self.messages.last().map_or(0, |(seq, _)| *seq)
    }

    fn query(&self) -> String {
        match self.epoch {
            Some(epoch) => format!("?after={}&epoch={epoch}", self.last()),
            None => String::new(),
        }
    }
}

/// Listens until `last` is heard (known when all is over) or the time is up, and gives what a client would show.
pub async fn listen(
    mut actor: Actor,
    room: RoomId,
    last: Last,
    limit: Duration,
) -> Vec<(u64, ClientId)> {
    let mut shown = Shown::default();
    let mut give_up = None;
    loop {
        if let Some(last) = due(&last, room) {
            if shown.last() >= last && (shown.epoch.is_some() || last == 0) {
                return shown.messages;
            }
            let give_up = *give_up.get_or_insert_with(|| Instant::now() + limit);
            if Instant::now() > give_up {
                let what = format!(
                    "a listener was still at {} when {last} was due",
                    shown.last()
                );
                actor.write(room, Event::Strange(what));
                return shown.messages;
            }
        }
        hear(&mut actor, room, &mut shown, &last).await;
        actor.rest(PAUSE).await;
    }
}

/// One connection, from its hello to its end.
async fn hear(actor: &mut Actor, room: RoomId, shown: &mut Shown, last: &Last) -> Option<()> {
    let mut wire = actor.open(room, &shown.query()).await?;
    let mut asked = false;
    // Now and then a listener goes away by itself.
    let leaves = Instant::now() + Duration::from_millis(actor.random.random_range(500..12_000));
    loop {
        let heard_all = due(last, room).is_some_and(|last| shown.last() >= last);
        if heard_all || Instant::now() > leaves {
            return None;
        }
        match timeout(SILENCE, wire::read(&mut wire)).await {
            Err(_silence) if asked => return None,
            Err(_silence) => {
                asked = true;
                let ping = WebSocketMessage::text(json!({ "type": "ping" }).to_string());
                timeout(SILENCE, wire.send(ping)).await.ok()?.ok()?;
            }
            Ok(Frame::Closed(_)) => return None,
            Ok(Frame::Text(text)) => {
                asked = false;
                take(actor, room, shown, wire::parse(&text)).await?;
            }
        }
    }
}

async fn take(
    actor: &mut Actor,
    room: RoomId,
    shown: &mut Shown,
    frame: ChatServerFrame,
) -> Option<()> {
    match frame {
        ChatServerFrame::Hello {
            epoch,
            recovered,
            last_seq,
            ..
        } => {
            let after = shown.last();
            actor.write(
                room,
                Event::Hello {
                    after,
                    known: shown.epoch,
                    epoch,
                    recovered,
                },
            );
            shown.read_up_to = 0;
            // Without `after` nothing follows, and everything is read once.
            if !recovered || shown.epoch.is_none() {
                let messages = read_again(actor, room, last_seq).await?;
                shown.messages = messages
                    .iter()
                    .map(|one| (one.seq, one.client_id))
                    .collect();
                shown.read_up_to = shown.last();
                actor.write(room, Event::ReadAgain(messages));
            }
            shown.epoch = Some(epoch);
        }
        ChatServerFrame::Message(message) if message.seq > shown.read_up_to => {
            actor.write(room, Event::Heard(placed(&message)));
            shown.messages.push((message.seq, message.client_id));
        }
        _ => {}
    }
    Some(())
}

async fn read_again(actor: &mut Actor, room: RoomId, at_least: u64) -> Option<Vec<Placed>> {
    let messages = history(actor, room).await?;
    if messages.last().map_or(0, |message| message.seq) < at_least {
        let what = format!("a history ends before the newest message of the hello, {at_least}");
        actor.write(room, Event::Strange(what));
    }
    Some(messages)
}
