//! The broker's answer is lost on the way, and what was written counts all the same.

use std::time::Duration;

use contract::{streams::LIFE, subjects};
use domain::{
    RoomId, UserId,
    pair::PairKey,
    room::{Input, RoomState, Timing, Vote},
};
use tokio::time::sleep;
use uuid::Uuid;
use webchat_broker::Broker;
use webchat_tests::{
    nats::Nats,
    proxy::{Link, Proxy},
};

use crate::{connected, connected_by};

const REQUEST: Duration = Duration::from_millis(1_500);
const ON_ITS_WAY: Duration = Duration::from_millis(300);
const TIMING: Timing = Timing {
    countdown_ms: 1,
    notification_ms: 300_000,
    no_show_ms: 500,
    extension_ms: 20_000,
    extensions_max: 10,
};

/// What becomes of the room's earlier events: persistence purges those of a decided room.
#[derive(Clone, Copy, PartialEq)]
enum Past {
    Stays,
    Purged,
}

/// A room that both are asked about, one broker whose answers can be lost, and another.
struct Asked {
    _nats: Nats,
    proxy: Proxy,
    behind: Broker,
    other: Broker,
    room: RoomId,
    ada: UserId,
    ben: UserId,
}

impl Asked {
    async fn begin() -> Self {
        let nats = Nats::start().await;
        let proxy = Proxy::start(nats.port()).await;
        let behind = connected_by(proxy.port(), REQUEST).await;
        let other = connected(&nats).await;
        let (ada, ben) = (UserId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        let key = PairKey::of(ada, ben).unwrap();
        let id = RoomId(Uuid::now_v7());
        let room = other.open_room(key, id, TIMING).await.unwrap().room.id;
        let started = other.change_room(room, Input::Start { by: ada }, None);
        let deadline = started.await.unwrap().room.deadline().unwrap();
        let timer = Input::Timer(deadline);
        let asked = other.change_room(room, timer, Some(deadline.at)).await;
        assert_eq!(asked.unwrap().room.phase.state(), RoomState::Notification);
        Self {
            _nats: nats,
            proxy,
            behind,
            other,
            room,
            ada,
            ben,
        }
    }

    /// Ada's input is written and its answer lost; `meanwhile` is written by another; then answers come again, when the
    /// publish has been given up and before the question whether it is there has.
    async fn answer_lost_over(&self, lost: Input, meanwhile: Input, past: Past) -> RoomState {
        // The answer is on its way for long enough to be lost when its write is seen.
        self.proxy.set(Link::Open { delay: ON_ITS_WAY });
        let revision = self.revision().await;
        let changing = self.behind.change_room(self.room, lost, None);
        let others = async {
            while self.revision().await == revision {
                sleep(Duration::from_millis(10)).await;
            }
            self.proxy.set(Link::Unanswered);
            let written = self.other.change_room(self.room, meanwhile, None);
            written.await.unwrap();
            if past == Past::Purged {
                let subject = subjects::life_room(self.room);
                self.other.purge(&LIFE, &subject, 1).await.unwrap();
            }
            sleep(REQUEST).await;
            self.proxy.set(Link::PLAIN);
        };
        let (changed, ()) = tokio::join!(changing, others);
        let changed = changed.unwrap();
        assert!(changed.changed, "it was this call that changed the room");
        changed.room.phase.state()
    }

    async fn revision(&self) -> u32 {
        let room = self.other.room(self.room).await.unwrap();
        room.unwrap().value.revision
    }
}

#[tokio::test]
async fn an_answer_that_decided_the_room_is_not_refused_by_its_own_outcome() {
    for past in [Past::Stays, Past::Purged] {
        let asked = Asked::begin().await;
        let keep = |by| Input::Vote {
            by,
            vote: Vote::Keep,
        };
        let state = asked.answer_lost_over(keep(asked.ada), keep(asked.ben), past);
        assert_eq!(state.await, RoomState::Kept);
    }
}

#[tokio::test]
async fn time_that_was_given_is_not_given_twice() {
    let asked = Asked::begin().await;
    let extend = |by| Input::Extend { by };
    let state = asked.answer_lost_over(extend(asked.ada), extend(asked.ben), Past::Stays);
    assert_eq!(state.await, RoomState::Notification);
    let room = asked.other.room(asked.room).await.unwrap().unwrap().value;
    assert_eq!(room.seats.map(|seat| seat.extensions), [1, 1]);
}
