//! People talk on while one process after the other is killed. What was acknowledged is there once, in order; who
//! listens misses nothing and sees nothing twice.

use std::{cell::Cell, slice::from_ref, time::Duration};

use contract::frames::ChatServerFrame;
use tokio::time::sleep;

use crate::{
    client::Person,
    conversation::{listen, talk},
    roles::Roles,
    socket::Acked,
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
        let (_, by_ada, by_ben) = tokio::join!(
            storm,
            talk(from_ref(&ada), room, &over),
            talk(from_ref(&ben), room, &over)
        );
        last.set(by_ada.iter().chain(&by_ben).map(|acked| acked.seq).max());
        (by_ada, by_ben)
    };
    let ((by_ada, by_ben), heard) = tokio::join!(talks, listen(from_ref(&ben), room, epoch, &last));

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
