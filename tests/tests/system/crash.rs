//! `kill -9` of everything takes nothing back that was acknowledged or decided.

use std::time::Duration;

use domain::{
    RoomId, Timestamp,
    room::{Outcome, Reason, RoomState},
};

use crate::{client::Person, eventually, serve::Serve, socket::Acked};

const COUNTDOWN: Duration = Duration::from_secs(8);
const NOTIFICATION: Duration = Duration::from_secs(2);

#[tokio::test]
async fn what_was_acknowledged_and_decided_survives_kill_9_of_everything() {
    let mut web = Serve::start(&[]).await;
    let (ada, ben, cleo) = three(&web).await;
    let kept = ada.open_room(&ben).await;
    let ended = ada.open_room(&cleo).await;
    decide(&ada, &ben, kept, "keep").await;
    decide(&ada, &cleo, ended, "end").await;
    let talked = ben.open_room(&cleo).await;
    let mut chat = ben.chat(talked).await;
    let texts: Vec<_> = (0..200).map(|number| format!("line {number}")).collect();
    let acked = chat.say_all(&texts).await;

    web.kill9_everything().await;
    let took = web.restart().await;

    eprintln!("ready {took:?} after kill -9 of everything");
    check_history(&cleo, talked, &acked, &texts).await;
    assert_eq!(ben.status(kept).await.outcome, Some(Outcome::Kept));
    assert_eq!(cleo.status(ended).await.reason, Some(Reason::NotKept));
    ada.listed(kept, "the kept room", |room| {
        room.kept && room.state == RoomState::Kept
    })
    .await;
    ada.listed(ended, "the ended room", |room| {
        !room.kept && room.state == RoomState::Ended
    })
    .await;
    cleo.listed(talked, "all of them unread", |room| {
        room.unread_count == 200
    })
    .await;
    let mut chat = ben.chat(talked).await;
    let next = chat.say("and on it goes").await;
    assert!(next.seq > acked[199].seq);
}

#[tokio::test]
async fn a_running_countdown_goes_on_after_kill_9_of_everything_and_ends_at_its_time() {
    let seconds = |length: Duration| length.as_secs().to_string();
    let mut web = Serve::start(&[
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", &seconds(COUNTDOWN)),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", &seconds(NOTIFICATION)),
    ])
    .await;
    let (ada, ben, _) = three(&web).await;
    let room = ada.open_room(&ben).await;
    let started = ada.start_countdown(room).await;
    let countdown_ends = started.ends_at.expect("a running countdown");

    web.kill9_everything().await;
    web.restart().await;

    let after = ben.status(room).await;
    assert_eq!(
        (after.state, after.ends_at),
        (RoomState::Countdown, Some(countdown_ends))
    );
    let decision_began = until(&ben, room, RoomState::Notification).await;
    assert_on_time(countdown_ends, decision_began);
    let decision_ends = ben.status(room).await.ends_at.expect("a running decision");
    assert!(
        decision_ends >= countdown_ends.plus(NOTIFICATION),
        "the decision has its full time"
    );
    let ended = until(&ben, room, RoomState::Ended).await;
    assert_on_time(decision_ends, ended);
    assert_eq!(ada.status(room).await.reason, Some(Reason::NotKept));
}

async fn three(web: &Serve) -> (Person, Person, Person) {
    let url = web.url();
    tokio::join!(Person::join(&url), Person::join(&url), Person::join(&url))
}

async fn decide(one: &Person, other: &Person, room: RoomId, response: &str) {
    one.start_countdown(room).await;
    one.vote(room, response).await;
    other.vote(room, response).await;
}

async fn check_history(reader: &Person, room: RoomId, acked: &[Acked], texts: &[String]) {
    let history = reader.history(room).await;
    let seen: Vec<_> = history
        .iter()
        .map(|message| Acked {
            client_id: message.client_id,
            seq: message.seq,
        })
        .collect();
    assert_eq!(seen, acked, "each acknowledged message once, in order");
    assert!(history.iter().map(|message| &message.text).eq(texts));
}

/// Watches until the room has this state, and says when that was seen, by the server's clock.
async fn until(person: &Person, room: RoomId, state: RoomState) -> Timestamp {
    eventually(state.name(), async || {
        let status = person.status(room).await;
        (status.state == state).then_some(status.server_time)
    })
    .await
}

fn assert_on_time(deadline: Timestamp, seen: Timestamp) {
    // One second is promised; the rest is the time it takes to look on a busy machine.
    const LATEST: Duration = Duration::from_millis(2_000);
    assert!(seen >= deadline, "early: due at {deadline}, seen at {seen}");
    assert!(
        seen.since(deadline) <= LATEST,
        "late: due at {deadline}, seen at {seen}"
    );
}
