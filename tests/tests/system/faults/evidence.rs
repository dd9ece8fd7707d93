//! What a run leaves behind, for the judge.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use domain::{RoomId, room::Room};
use tokio::time::sleep;

use super::{
    archive,
    judge::Evidence,
    ledger::{Event, Ledger, Placed},
    meetings,
    people::{self, Actor},
    run::{Cast, Played},
    stage::Stage,
};

/// Rooms whose people went away come to their outcome by their timers: 3 + 4 + 2 seconds, and what a fault added.
const OUTCOMES: Duration = Duration::from_secs(12);

pub async fn gather(stage: &Stage, cast: &Cast, ledger: &Ledger, played: Played) -> Evidence {
    let urls = stage.urls();
    let calm = Arc::new(AtomicBool::new(false));
    for person in &cast.meeting {
        let mut actor = Actor::new(person, &urls, ledger, 0, &calm);
        let left = in_the_end(async || meetings::leave_the_queue(&mut actor).await).await;
        left.expect("the queue can be left when everything is up");
    }
    sleep(OUTCOMES).await;
    let database = archive::open(&stage.database.url()).await;
    archive::until_settled(&database, &ledger.entries()).await;
    let mut read = BTreeMap::new();
    for (room, members) in &cast.rooms {
        for member in members {
            let mut actor = Actor::new(member, &urls, ledger, 0, &calm);
            read.insert((*room, member.id), whole_history(&mut actor, *room).await);
        }
    }
    let recorded = archive::lives(&database).await;
    let (mut lives, mut placed) = (BTreeMap::new(), BTreeMap::new());
    for (room, life) in recorded {
        let (seqs, life): (Vec<u64>, Vec<Room>) = life.into_iter().unzip();
        placed.insert(room, seqs);
        lives.insert(room, life);
    }
    for person in &cast.meeting {
        let mut actor = Actor::new(person, &urls, ledger, 0, &calm);
        for room in lives.values().filter_map(|life| life.last()) {
            if room.has_member(person.id) {
                see_the_end(&mut actor, room.id).await;
            }
        }
    }
    Evidence {
        entries: ledger.entries(),
        stored: archive::stored(&database).await,
        read,
        shown: played.shown,
        disturbed: played.disturbed,
        lives,
        placed,
        blocked: cast.blocked.clone(),
        begun_at: ledger.begun_at,
    }
}

/// Everything is up: whoever was in a room is told how it ended.
async fn see_the_end(actor: &mut Actor, room: RoomId) {
    if in_the_end(async || meetings::look(actor, room).await)
        .await
        .is_none()
    {
        let what = "the end of a room cannot be seen although everything is up".to_owned();
        actor.write(room, Event::Strange(what));
    }
}

async fn whole_history(actor: &mut Actor, room: RoomId) -> Vec<Placed> {
    let history = in_the_end(async || people::history(actor, room).await).await;
    history
        .unwrap_or_else(|| panic!("the history of {room} cannot be read although everything is up"))
}

/// What comes of it within ten attempts, a second apart.
async fn in_the_end<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    for _ in 0..10 {
        if let Some(came) = attempt().await {
            return Some(came);
        }
        sleep(Duration::from_secs(1)).await;
    }
    None
}
