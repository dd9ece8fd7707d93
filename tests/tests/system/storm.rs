//! People talk on while one process after the other is killed. What was acknowledged is there once, in order; who
//! listens misses nothing and sees nothing twice.

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
    roles::Roles,
    socket::Acked,
    wire::{self, Frame, Wire},
};

const KILLED: [&str; 7] = [
    "nats",
    "gateway",
    "persistence",
    "countdown",
    "matchmaker",
    "nats",
    "gateway",
];
const AWAY: Duration = Duration::from_millis(300);
const BETWEEN: Duration = Duration::from_millis(1_000);
/// After so long without an ack a client sends again.
const ACK_LIMIT: Duration = Duration::from_secs(3);
const RETRY_AFTER: Duration = Duration::from_millis(100);

#[tokio::test]
async fn nothing_is_lost_doubled_or_reordered_while_every_process_is_killed_in_turn() {
    let mut roles = Roles::start(&[("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "1000")]).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let ChatServerFrame::Hello { epoch, .. } = ben.chat(room).await.hello else {
        panic!("a hello comes first");
    };
    let (over, last) = (Cell::new(false), Cell::new(None));
    let storm = async {
        for name in KILLED {
            roles.kill9(name);
            sleep(AWAY).await;
            roles.start_again(name).await;
            sleep(BETWEEN).await;
        }
        over.set(true);
    };
    let talks = async {
        let (_, by_ada, by_ben) =
            tokio::join!(storm, talk(&ada, room, &over), talk(&ben, room, &over));
        last.set(by_ada.iter().chain(&by_ben).map(|acked| acked.seq).max());
        (by_ada, by_ben)
    };
    let ((by_ada, by_ben), heard) = tokio::join!(talks, listen(&ben, room, epoch, &last));

    roles.until_ready("gateway").await;
    roles.until_ready("persistence").await;
    assert!(
        by_ada.len() > 50 && by_ben.len() > 50,
        "both talked in between: {} and {}",
        by_ada.len(),
        by_ben.len()
    );
    let mut acked = [by_ada, by_ben].concat();
    acked.sort_by_key(|acked| acked.seq);
    assert_eq!(heard, acked, "heard once each, in order, none missing");
    let stored: Vec<_> = ada
        .history(room)
        .await
        .iter()
        .map(|m| Acked {
            client_id: m.client_id,
            seq: m.seq,
        })
        .collect();
    assert_eq!(stored, acked, "stored once each");
    let newest = acked.last().expect("somebody said something").seq;
    let projected = |listed: &contract::room::RoomSummary| {
        listed
            .last_message
            .as_ref()
            .is_some_and(|m| m.seq == newest)
    };
    ada.listed(room, "the newest message", projected).await;
}

/// Says one thing after the other until the storm is over, each again and again until it is acknowledged.
pub async fn talk(person: &Person, room: RoomId, over: &Cell<bool>) -> Vec<Acked> {
    let mut wire = None;
    let mut acked = Vec::new();
    while !over.get() {
        let client_id = ClientId(Uuid::now_v7());
        let mut resend = false;
        let seq = loop {
            match say(&mut wire, person, room, client_id, resend).await {
                Some(seq) => break seq,
                None => {
                    (wire, resend) = (None, true);
                    sleep(RETRY_AFTER).await;
                }
            }
        };
        acked.push(Acked { client_id, seq });
        sleep(Duration::from_millis(20)).await;
    }
    acked
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
    person: &Person,
    room: RoomId,
    known: Uuid,
    last: &Cell<Option<u64>>,
) -> Vec<Acked> {
    let mut heard: Vec<Acked> = Vec::new();
    let seen = |heard: &[Acked]| heard.last().map_or(0, |acked| acked.seq);
    loop {
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
}
