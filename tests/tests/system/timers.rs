//! A timer never fires early, and survives `kill -9` of each process in turn while countdowns run.

use std::time::Duration;

use domain::{
    RoomId, Timestamp,
    room::{Outcome, Reason, RoomState},
};
use tokio::time::sleep;

use crate::{
    client::Person,
    events::{self, Event},
    eventually,
    machine_clock::now,
    promised,
    roles::Roles,
};

const COUNTDOWN: Duration = Duration::from_secs(3);
const NOTIFICATION: Duration = Duration::from_secs(1);
/// How long the killed process is away: one room's countdown ends meanwhile, another's goes on after it.
const OUTAGE: Duration = Duration::from_millis(1_500);
const LATEST: Duration = promised(Duration::from_secs(1));
/// After an outage due timers fire at once: when processes have found each other again.
const AFTER_OUTAGE: Duration = Duration::from_secs(6);

#[tokio::test]
async fn a_timer_survives_kill_9_of_the_countdown_worker() {
    survives("countdown").await;
}

#[tokio::test]
async fn a_timer_survives_kill_9_of_the_gateway() {
    survives("gateway").await;
}

#[tokio::test]
async fn a_timer_survives_kill_9_of_persistence() {
    survives("persistence").await;
}

#[tokio::test]
async fn a_timer_survives_kill_9_of_the_broker() {
    survives("nats").await;
}

async fn survives(killed: &str) {
    let mut roles = Roles::start(&[
        (
            "WEBCHAT__ROOM__COUNTDOWN_SECS",
            &COUNTDOWN.as_secs().to_string(),
        ),
        (
            "WEBCHAT__ROOM__NOTIFICATION_SECS",
            &NOTIFICATION.as_secs().to_string(),
        ),
    ])
    .await;
    let url = roles.url("gateway");
    let (ada, ben, cleo) = tokio::join!(Person::join(&url), Person::join(&url), Person::join(&url));
    let (early, late) = (ada.open_room(&ben).await, ada.open_room(&cleo).await);

    let early_ends = ada
        .start_countdown(early)
        .await
        .ends_at
        .expect("a running countdown");
    sleep(Duration::from_millis(1_600)).await;
    let late_ends = ada
        .start_countdown(late)
        .await
        .ends_at
        .expect("a running countdown");
    sleep(Duration::from_millis(400)).await;
    roles.kill9(killed);
    sleep(OUTAGE).await;
    roles.start_again(killed).await;
    let back = now();
    assert!(
        early_ends < back && back < late_ends,
        "the outage was in between"
    );

    let early_events = life(&roles, early).await;
    let late_events = life(&roles, late).await;
    check(
        "the countdown that ended in the outage",
        &early_events,
        early_ends,
        Some(back),
    );
    check(
        "the countdown that outlived it",
        &late_events,
        late_ends,
        None,
    );
    roles.until_ready("gateway").await;
    for (person, room) in [(&ada, early), (&ben, early), (&ada, late), (&cleo, late)] {
        let status = person.status(room).await;
        assert_eq!(
            (status.outcome, status.reason),
            (Some(Outcome::Ended), Some(Reason::NotKept)),
            "{room}"
        );
    }
}

#[tokio::test]
async fn nobody_sees_a_phase_end_before_its_time() {
    let roles = Roles::start(&[
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "2"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
    ])
    .await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let mut ends_at = ada
        .start_countdown(room)
        .await
        .ends_at
        .expect("a running countdown");
    for state in [RoomState::Notification, RoomState::Ended] {
        let seen = eventually(state.name(), async || {
            let status = ben.status(room).await;
            (status.state == state).then_some(status)
        })
        .await;
        let seen_at = now();
        assert!(
            seen_at >= ends_at,
            "{state:?} at {seen_at}, due at {ends_at}"
        );
        assert!(
            seen_at.since(ends_at) <= LATEST,
            "{state:?} at {seen_at}, due at {ends_at}"
        );
        ends_at = seen.ends_at.unwrap_or_default();
    }
}

/// The room's events, when it has come to its end and had the time to come to another one.
async fn life(roles: &Roles, room: RoomId) -> Vec<Event> {
    eventually("the room has ended", async || {
        let events = events::of_room(&roles.nats, room).await;
        events
            .iter()
            .any(|event| event.verb == "ended")
            .then_some(())
    })
    .await;
    sleep(Duration::from_millis(500)).await;
    events::of_room(&roles.nats, room).await
}

/// Each phase began once, none before its time, and not later than promised.
fn check(what: &str, life: &[Event], countdown_ends: Timestamp, outage_ended: Option<Timestamp>) {
    let verbs: Vec<_> = life.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(
        verbs,
        [
            "created",
            "countdown_started",
            "notification_started",
            "ended"
        ],
        "{what}"
    );
    let (decision, end) = (&life[2], &life[3]);
    // A countdown worker that lives serves the timer in time, whoever else is away.
    let latest = outage_ended.map_or(countdown_ends.plus(LATEST), |back| back.plus(AFTER_OUTAGE));
    assert!(
        decision.time >= countdown_ends,
        "{what}: early: {decision:?}, due at {countdown_ends}"
    );
    assert!(
        decision.time <= latest,
        "{what}: late: {decision:?}, due at {countdown_ends}, latest {latest}"
    );
    let ends_at: Timestamp =
        serde_json::from_value(decision.data["ends_at"].clone()).expect("an end");
    assert!(
        ends_at.since(decision.time) >= NOTIFICATION - Duration::from_millis(250),
        "{what}: the full time: {life:?}"
    );
    assert!(
        end.time >= ends_at,
        "{what}: early: {end:?}, due at {ends_at}"
    );
    let latest = outage_ended
        .map_or(ends_at, |back| back.max(ends_at))
        .plus(LATEST);
    assert!(
        end.time <= latest.plus(AFTER_OUTAGE),
        "{what}: late: {end:?}, due at {ends_at}"
    );
}
