//! Every process has a wall clock that is ten minutes wrong, some ahead and some behind; only the broker's is right. Times
//! and tokens are the broker's, so nobody notices. The wrong clocks are libfaketime's; `CLOCK_MONOTONIC` stays as it is.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use broker::{Broker, life::decode};
use contract::{streams::LIFE, subjects::LIFE_ROOMS};
use domain::{
    RoomId, Timestamp,
    room::{Outcome, Phase, Room},
};
use reqwest::Method;
use serde_json::json;

use crate::{
    client::{PASSWORD, Person},
    eventually, jetstream, promised,
    request::{http, request},
    roles::Roles,
};

/// Names the library in place of the one that the system's packages put there.
const LIBRARY: &str = "WEBCHAT_TEST_FAKETIME";
const WRONG: [(&str, &str); 6] = [
    ("gateway", "+600s"),
    ("gateway-2", "-600s"),
    ("persistence", "+600s"),
    ("matchmaker", "-600s"),
    ("countdown", "-600s"),
    ("countdown-2", "+600s"),
];
const COUNTDOWN: Duration = Duration::from_secs(2);
const LATE: Duration = promised(Duration::from_secs(1));

/// The rooms' events as they come, with the times at which the stream stored them.
type Events = Arc<Mutex<Vec<(Room, Timestamp)>>>;

#[tokio::test]
async fn wall_clocks_that_are_ten_minutes_wrong_change_no_phase_and_no_token() {
    let mut roles = Roles::prepare(&[
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "2"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
    ])
    .await;
    let library = library().display().to_string();
    for (name, offset) in WRONG {
        roles.tell(
            name,
            &[
                ("LD_PRELOAD", &library),
                ("FAKETIME", offset),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ],
        );
    }
    roles.start_all(&WRONG.map(|(name, _)| name)).await;
    let (ahead, behind) = (roles.url("gateway"), roles.url("gateway-2"));
    assert!(offset_of(&ahead).await > 500 && offset_of(&behind).await < -500);
    let broker = jetstream::connect(&roles.nats.url()).await;
    let events = follow(broker.clone());

    let (ada, ben, cleo) = tokio::join!(
        Person::join(&ahead),
        Person::join(&behind),
        Person::join(&ahead)
    );
    tokens_are_good_everywhere(&ahead, &behind, &ada).await;
    messages_have_the_brokers_time(&broker, [&ada, &cleo.at(&behind)]).await;
    let direct = ada.open_room(&ben).await;
    let kept = ben.at(&ahead).open_room(&cleo).await;
    for (person, room) in [(&ben, direct), (&cleo, kept)] {
        let started = person.start_countdown(room).await;
        let left = started.remaining_ms.expect("a running countdown");
        assert!(u128::from(left) <= COUNTDOWN.as_millis(), "{started:?}");
    }
    for person in [&ben, &cleo.at(&behind)] {
        person.vote(kept, "keep").await;
    }
    let matched = meet(&ahead, &behind).await;
    for room in [direct, matched] {
        check(until_ended(&events, room).await.as_slice());
    }
    assert_eq!(cleo.status(kept).await.outcome, Some(Outcome::Kept));
}

/// Two come to a room that the matchmaker makes; its countdown starts by itself.
async fn meet(ahead: &str, behind: &str) -> RoomId {
    let (one, other) = tokio::join!(Person::join(ahead), Person::join(behind));
    one.queue().await;
    other.queue().await;
    let room = eventually("a match", async || one.ticket().await.room_id).await;
    let _sockets = (one.chat(room).await, other.chat(room).await);
    eventually("both are there", async || one.status(room).await.ends_at).await;
    room
}

/// A token of one gateway is good at the other until its session ends, wherever that was asked for.
async fn tokens_are_good_everywhere(ahead: &str, behind: &str, ada: &Person) {
    for url in [ahead, behind] {
        assert_eq!(ada.at(url).get("/users/me").await.status, 200, "{url}");
    }
    let login = |url: String| async move {
        let form = json!({ "username": ada.username, "password": PASSWORD });
        let answer = request(Method::POST, &url, "/auth/login", None, Some(form)).await;
        let token = answer.expect::<contract::api::SignedIn>(200).access_token;
        let mut device = ada.at(&url);
        device.token = token;
        device
    };
    for (signed_in, signed_out) in [(ahead, behind), (behind, ahead)] {
        let device = login(signed_in.to_owned()).await;
        let ended = device.at(signed_out).order("/auth/logout").await;
        assert_eq!(ended.status, 204);
        eventually("the token is good for nothing any more", async || {
            (device.get("/users/me").await.status == 401).then_some(())
        })
        .await;
        let again = login(signed_in.to_owned()).await;
        assert_eq!(again.at(signed_out).get("/users/me").await.status, 200);
    }
}

async fn messages_have_the_brokers_time(broker: &Broker, people: [&Person; 2]) {
    let room = people[0].open_room(people[1]).await;
    for person in people {
        let message = person.say(room, "what time is it?").await;
        let off = broker.clock().now().0 - message.sent_at.0;
        assert!((-100..5_000).contains(&off), "{off} ms");
    }
}

/// How many seconds a gateway's wall clock is ahead, by the `Date` of its answers.
async fn offset_of(url: &str) -> i64 {
    let answer = http().get(format!("{url}/livez")).send().await;
    let answer = answer.expect("an answer");
    let date = answer.headers()["date"].to_str().expect("a date");
    let parsed = time::OffsetDateTime::parse(date, &time::format_description::well_known::Rfc2822);
    (parsed.expect("a date") - time::OffsetDateTime::now_utc()).whole_seconds()
}

fn follow(broker: Broker) -> Events {
    let events = Events::default();
    let kept = Arc::clone(&events);
    tokio::spawn(async move {
        let mut view = broker.follow(&LIFE, &[LIFE_ROOMS]).await.expect("a view");
        while let Some(record) = view.next().await {
            let room = decode::<Room>(&record).expect("a room").value;
            let mut events = kept.lock().expect("no panic");
            events.push((room, record.stored_at));
        }
    });
    events
}

async fn until_ended(events: &Events, room: RoomId) -> Vec<(Room, Timestamp)> {
    eventually("the room has ended", async || {
        let events = events.lock().expect("no panic");
        let life: Vec<_> = events
            .iter()
            .filter(|(event, _)| event.id == room)
            .cloned()
            .collect();
        let (last, _) = life.last()?;
        last.is_ended().then_some(life)
    })
    .await
}

/// Each phase had its whole time, and ended right after it.
fn check(life: &[(Room, Timestamp)]) {
    let mut ended = 0;
    for step in life.windows(2) {
        let ((before, began), (after, at)) = (&step[0], &step[1]);
        let Some(deadline) = before.deadline().filter(|_| {
            !matches!(before.phase, Phase::Idle { .. }) && after.deadline() != before.deadline()
        }) else {
            continue;
        };
        ended += 1;
        assert!(*at >= deadline.at, "early: {at} for {}", deadline.at);
        assert!(
            at.since(deadline.at) <= LATE,
            "late: {at} for {}",
            deadline.at
        );
        let length = deadline.at.since(*began);
        let slack = Duration::from_millis(500);
        let whole = if matches!(before.phase, Phase::Countdown { .. }) {
            COUNTDOWN
        } else {
            COUNTDOWN / 2
        };
        assert!(
            length + slack >= whole && length <= whole + slack,
            "{length:?}"
        );
    }
    assert_eq!(ended, 2, "countdown and notification");
}

/// Where libfaketime is.
///
/// # Panics
/// Where it is missing.
fn library() -> PathBuf {
    let found = std::env::var_os(LIBRARY).map(PathBuf::from).or_else(|| {
        let folders = std::fs::read_dir("/usr/lib").ok()?;
        let library = Path::new("faketime/libfaketimeMT.so.1");
        folders
            .filter_map(|folder| Some(folder.ok()?.path().join(library)))
            .find(|path| path.is_file())
    });
    found.unwrap_or_else(|| {
        panic!("libfaketime is missing. Install it (Debian: apt-get install faketime), or set {LIBRARY} to libfaketimeMT.so.1")
    })
}
