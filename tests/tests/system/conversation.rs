//! Two people who talk on whatever happens, as a good client does: what is not acknowledged is sent again, a lost socket is
//! opened again where it was, at another gateway if there is one.

use std::{cell::Cell, time::Duration};

use contract::frames::ChatServerFrame;
use domain::{ClientId, RoomId};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    client::Person,
    socket::Acked,
    wire::{self, Frame, Sent, Wire, send_once},
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

/// Sends a message once, over the socket that is open or a new one; `None` where no ack came.
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
    match send_once(wire.as_mut()?, client_id, resend, ACK_LIMIT).await {
        Sent::Acked(seq) => Some(seq),
        Sent::Refused(code) => {
            assert_eq!(code, "unavailable");
            None
        }
        Sent::Unanswered => None,
    }
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
