//! Every process is asked to stop and started again, one after the other, while people talk, wait and decide.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use contract::frames::ChatServerFrame;
use domain::{RoomId, room::Outcome};
use rustix::process::Signal;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use webchat_tests::postgres::Postgres;

use crate::{
    client::Person,
    conversation::{listen, talk},
    events, eventually, promised,
    request::{http, is_ready},
    roles::{ALL, Roles},
    socket::Acked,
};

/// Promised to service managers, which kill then.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
const LATEST: Duration = promised(Duration::from_secs(1));
const BETWEEN: Duration = Duration::from_millis(500);
const GOING_AWAY: u16 = 1012;

#[tokio::test]
async fn a_rolling_restart_of_everything_loses_nothing() {
    let database = Postgres::shared().fresh_database();
    let mut roles = Roles::start(&[
        ("DATABASE_URL", &database),
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "2"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
        // Whoever saw a gateway ready asks it several things, and this machine is busy.
        ("WEBCHAT__HTTP__UNREADY_SECS", "4"),
    ])
    .await;
    let names: Vec<_> = ALL
        .iter()
        .flat_map(|role| [(*role).to_owned(), format!("{role}-2")])
        .collect();
    let seconds: Vec<_> = names
        .iter()
        .filter(|name| name.ends_with("-2"))
        .map(String::as_str)
        .collect();
    roles.start_all(&seconds).await;
    let gateways = [roles.url("gateway"), roles.url("gateway-2")];
    let (ada, ben) = (everywhere(&gateways).await, everywhere(&gateways).await);
    let room = ada[0].open_room(&ben[0]).await;
    let ChatServerFrame::Hello { epoch, .. } = ben[0].chat(room).await.hello else {
        panic!("a hello comes first");
    };

    let (over, last) = (Cell::new(false), Cell::new(None));
    let restarts = async {
        let mut longest = Duration::ZERO;
        for name in &names {
            longest = longest.max(restart(&mut roles, name).await);
            sleep(BETWEEN).await;
        }
        over.set(true);
        longest
    };
    let life = async {
        let (longest, by_ada, by_ben, decided, matched) = tokio::join!(
            restarts,
            talk(&ada, room, &over),
            talk(&ben, room, &over),
            decide(&gateways, &over),
            find_each_other(&gateways, &over),
        );
        last.set(by_ada.iter().chain(&by_ben).map(|acked| acked.seq).max());
        (longest, by_ada, by_ben, decided, matched)
    };
    let ((longest, by_ada, by_ben, decided, matched), heard) =
        tokio::join!(life, listen(&ben, room, epoch, &last));

    let mut acked = [by_ada, by_ben].concat();
    acked.sort_by_key(|acked| acked.seq);
    assert_eq!(heard, acked, "heard once each, in order, none missing");
    let history = ada[0].history(room).await;
    let stored: Vec<_> = history
        .iter()
        .map(|message| Acked {
            client_id: message.client_id,
            seq: message.seq,
        })
        .collect();
    assert_eq!(stored, acked, "stored once each");
    let lateness = check_lives(&roles, &decided).await;
    eprintln!(
        "R11 {} restarts, the longest stop {longest:?}; {} messages, {} rooms decided, latest phase {lateness:?} after its \
         deadline, {matched} couples matched",
        names.len(),
        acked.len(),
        decided.len(),
    );
    assert!(
        acked.len() > 50 && decided.len() > 3 && matched > 1,
        "people were busy"
    );
}

#[tokio::test]
async fn a_stopping_gateway_says_so_before_it_closes_its_port() {
    let mut roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let mut notices = ada.notifications().await;

    roles.signal("gateway", Signal::TERM);
    let while_open = eventually("it says that it is not ready", async || {
        let answer = http().get(format!("{url}/readyz")).send().await;
        let answer = answer.expect("the port is still open");
        (answer.status() == 503).then_some(answer)
    })
    .await;
    assert_eq!(while_open.text().await.expect("a word"), "stopping");
    assert!(!is_ready(&roles.admin_url("gateway")).await);
    // Whoever was sent here already is still served, on sockets and on new connections.
    let last_words = chat.say("one more thing").await;
    assert_eq!(
        ada.history(room).await.last().expect("a message").seq,
        last_words.seq
    );

    let (closed, told) = tokio::join!(chat.closed(), notices.closed());
    assert_eq!((closed, told), (GOING_AWAY, GOING_AWAY));
    assert!(roles.ended("gateway").await.success());
    assert!(http().get(format!("{url}/readyz")).send().await.is_err());
}

#[tokio::test]
async fn what_a_socket_sent_before_the_stop_is_acknowledged_before_the_close() {
    const SENDS: usize = 300;
    let mut roles = Roles::start(&[("WEBCHAT__HTTP__UNREADY_SECS", "0")]).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let texts: Vec<_> = (0..SENDS).map(|number| format!("line {number}")).collect();
    chat.send_all(&texts).await;
    chat.acked().await;
    roles.signal("gateway", Signal::TERM);
    let (acked, code) = chat.acked_until_closed().await;
    assert_eq!(code, GOING_AWAY);
    assert!(roles.ended("gateway").await.success());

    roles.start_all(&["gateway"]).await;
    let history = ada.history(room).await;
    // What the gateway took from the socket it finished: no message is in the stream whose ack it kept to itself.
    assert_eq!(history.len(), acked + 1, "{acked} acks after the first");
}

/// Asks a process to stop, sees it end in time and in order, and starts it again.
async fn restart(roles: &mut Roles, name: &str) -> Duration {
    let begun = Instant::now();
    roles.signal(name, Signal::TERM);
    let status = timeout(ENDS_WITHIN, roles.ended(name)).await;
    let status =
        status.unwrap_or_else(|_elapsed| panic!("{name} has not ended in {ENDS_WITHIN:?}"));
    assert!(status.success(), "{name}: {status}");
    let took = begun.elapsed();
    roles.start_all(&[name]).await;
    took
}

/// The same new person in front of every gateway.
async fn everywhere(gateways: &[String]) -> Vec<Person> {
    let person = Person::join(&gateways[0]).await;
    gateways.iter().map(|url| person.at(url)).collect()
}

/// Somebody new in front of a gateway that is there.
async fn somebody(gateways: &[String]) -> Person {
    let ready = eventually("a gateway is ready", async || {
        for url in gateways {
            if is_ready(url).await {
                return Some(url);
            }
        }
        None
    });
    Person::join(ready.await).await
}

/// Couples open rooms and start their countdowns; both keep in every second room, and nobody decides in the others.
async fn decide(gateways: &[String], over: &Cell<bool>) -> Vec<(Person, RoomId, bool)> {
    let mut rooms = Vec::new();
    while !over.get() {
        let keep = rooms.len() % 2 == 0;
        let (ada, ben) = (somebody(gateways).await, somebody(gateways).await);
        let room = ada.open_room(&ben).await;
        ada.start_countdown(room).await;
        if keep {
            ada.vote(room, "keep").await;
            ben.vote(room, "keep").await;
        }
        rooms.push((ada, room, keep));
        sleep(BETWEEN).await;
    }
    rooms
}

/// Couples wait for each other; each of the two is matched with the other, once.
async fn find_each_other(gateways: &[String], over: &Cell<bool>) -> usize {
    let mut couples = 0;
    while !over.get() {
        let (ada, ben) = (somebody(gateways).await, somebody(gateways).await);
        ada.queue().await;
        ben.queue().await;
        let room = eventually("they are matched", async || {
            let door = ada.at(&a_ready(gateways).await?);
            let ticket = door.get("/match/queue").await.body;
            (ticket["state"] == "matched").then_some(ticket["room_id"].clone())
        })
        .await;
        let listed: Value = eventually("the room is there", async || {
            let door = ben.at(&a_ready(gateways).await?);
            let answer = door.get("/match/queue").await;
            (answer.body["room_id"] == room).then_some(answer.body)
        })
        .await;
        assert_eq!(listed["room_id"], room, "both are in one room");
        couples += 1;
    }
    couples
}

async fn a_ready(gateways: &[String]) -> Option<String> {
    for url in gateways {
        if is_ready(url).await {
            return Some(url.clone());
        }
    }
    None
}

/// Each room came to its one outcome, no phase ended before its time and none much later. Gives the latest.
async fn check_lives(roles: &Roles, rooms: &[(Person, RoomId, bool)]) -> Duration {
    let mut latest = Duration::ZERO;
    for (person, room, keep) in rooms {
        let outcome = if *keep { Outcome::Kept } else { Outcome::Ended };
        eventually("the room is decided", async || {
            (person.status(*room).await.outcome == Some(outcome)).then_some(())
        })
        .await;
        let verb = if *keep { "kept" } else { "ended" };
        let life = eventually("its events are published", async || {
            let life = events::of_room(&roles.nats, *room).await;
            life.iter().any(|event| event.verb == verb).then_some(life)
        })
        .await;
        let ends = life
            .iter()
            .filter(|event| ["kept", "ended"].contains(&event.verb.as_str()));
        assert_eq!(ends.count(), 1, "{life:?}");
        for (phase, next) in life.iter().zip(life.iter().skip(1)) {
            if phase.data["ends_at"].is_null() || *keep {
                continue;
            }
            let due: domain::Timestamp =
                serde_json::from_value(phase.data["ends_at"].clone()).expect("an end");
            assert!(next.time >= due, "early: {life:?}");
            latest = latest.max(next.time.since(due));
        }
    }
    assert!(latest <= LATEST, "{latest:?} late");
    latest
}
