//! Two people who talk on whatever happens, as a good client does: what is not acknowledged is sent again, a lost socket is
//! opened again where it was, at another gateway if there is one.

use std::{cell::Cell, time::Duration};

use contract::frames::ChatServerFrame;
use domain::{ClientId, RoomId};
use futures_util::SinkExt;
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::{
    client::Person,
    socket::Acked,
    wire::{self, Frame, Wire},
};

/// After so long without an ack a client sends again.
const ACK_LIMIT: Duration = Duration::from_secs(3);
const RETRY_AFTER: Duration = Duration::from_millis(100);
const PAUSE: Duration = Duration::from_millis(20);

/// Says one thing after the other until it is over, each again and again until it is acknowledged. `doors` are the same
/// person in front of each gateway.
pub async fn talk(doors: &[Person], room: RoomId, over: &Cell<bool>) -> Vec<Acked> {
    let mut speaker = Speaker::new(doors, room);
    let mut acked = Vec::new();
    while !over.get() {
        acked.push(speaker.say().await);
        sleep(PAUSE).await;
    }
    acked
}

/// Somebody who talks, with the socket that is open now.
pub struct Speaker<'a> {
    doors: &'a [Person],
    room: RoomId,
    door: usize,
    wire: Option<Wire>,
}

impl<'a> Speaker<'a> {
    /// Opens no socket yet.
    pub fn new(doors: &'a [Person], room: RoomId) -> Self {
        Self {
            doors,
            room,
            door: 0,
            wire: None,
        }
    }

    /// Says something, again and again until it is acknowledged.
    pub async fn say(&mut self) -> Acked {
        let client_id = ClientId(Uuid::now_v7());
        let mut resend = false;
        loop {
            let person = &self.doors[self.door % self.doors.len()];
            match say(&mut self.wire, person, self.room, client_id, resend).await {
                Some(seq) => return Acked { client_id, seq },
                None => {
                    (self.wire, resend) = (None, true);
                    self.door += 1;
                    sleep(RETRY_AFTER).await;
                }
            }
        }
    }
}

/// Sends a message once; `None` where no ack came.
pub async fn say(
    wire: &mut Option<Wire>,
    person: &Person,
    room: RoomId,
    client_id: ClientId,
    resend: bool,
) -> Option<u64> {
    if wire.is_none() {
        *wire = Some(person.wire(room, "").await.ok()?);
    }
    let wire = wire.as_mut()?;
    let frame =
        json!({ "type": "send", "client_id": client_id, "text": "on we go", "resend": resend });
    let exchange = async {
        wire.send(Message::text(frame.to_string())).await.ok()?;
        loop {
            let Frame::Text(text) = wire::read(wire).await else {
                return None;
            };
            match wire::parse(&text) {
                ChatServerFrame::Ack {
                    client_id: acked,
                    seq,
                    ..
                } if acked == client_id => return Some(seq),
                ChatServerFrame::Error(error) => {
                    assert_eq!(error.code, "unavailable", "{error:?}");
                    return None;
                }
                _ => {}
            }
        }
    };
    timeout(ACK_LIMIT, exchange).await.ok().flatten()
}

/// Listens, comes back after each cut where it was, and hears everything up to the last message.
pub async fn listen(
    doors: &[Person],
    room: RoomId,
    known: Uuid,
    last: &Cell<Option<u64>>,
) -> Vec<Acked> {
    let mut heard: Vec<Acked> = Vec::new();
    let seen = |heard: &[Acked]| heard.last().map_or(0, |acked| acked.seq);
    for person in doors.iter().cycle() {
        let query = format!("?after={}&epoch={known}", seen(&heard));
        let Ok(mut wire) = person.wire(room, &query).await else {
            sleep(RETRY_AFTER).await;
            continue;
        };
        loop {
            if last.get().is_some_and(|last| seen(&heard) >= last) {
                return heard;
            }
            match timeout(RETRY_AFTER, wire::read(&mut wire)).await {
                Err(_nothing_new) => {}
                Ok(Frame::Closed(_)) => break,
                Ok(Frame::Text(text)) => match wire::parse(&text) {
                    ChatServerFrame::Hello {
                        epoch, recovered, ..
                    } => assert_eq!((epoch, recovered), (known, true)),
                    ChatServerFrame::Message(message) => {
                        assert_eq!(message.prev_seq, seen(&heard), "no gap and no repeat");
                        heard.push(Acked {
                            client_id: message.client_id,
                            seq: message.seq,
                        });
                    }
                    _ => {}
                },
            }
        }
    }
    heard
}
