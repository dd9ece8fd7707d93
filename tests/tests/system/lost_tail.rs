//! The broker comes back with an older copy of its files, while SQL has what happened since: nothing that SQL has is lost
//! or overwritten, and people talk on above it.

use std::time::Duration;

use contract::{frames::ChatServerFrame, room::RoomSummary};
use domain::{RoomId, room::RoomState};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    across_a_hole::{Seen, is_read_back},
    client::Person,
    eventually,
    journey::{until_message, until_state, until_stored},
    request::is_ready,
    roles::Roles,
    socket::Acked,
};

const SHORT: [(&str, &str); 2] = [
    ("WEBCHAT__ROOM__COUNTDOWN_SECS", "6"),
    ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
];

/// Two people, what they have said, and the time of the stream in which they said it.
pub struct Talk {
    pub ada: Person,
    pub ben: Person,
    pub room: RoomId,
    epoch: Uuid,
    pub said: Vec<Acked>,
}

#[tokio::test]
async fn an_older_copy_of_the_broker_loses_nothing_that_sql_has_while_everybody_stays_up() {
    let mut roles = Roles::start(&[]).await;
    roles.spawn("persistence-2");
    roles.until_ready("persistence-2").await;
    let talk = talk_over_a_copy(&mut roles).await;
    nothing_is_lost(&roles, talk).await;
}

#[tokio::test]
async fn an_older_copy_of_the_broker_loses_nothing_that_sql_has_when_all_start_anew() {
    let mut roles = Roles::start(&[]).await;
    let talk = {
        let talk = begin(&roles).await;
        roles.kill9("nats");
        let copy = roles.nats.copy_store();
        roles.start_again("nats").await;
        let talk = go_on(talk, roles.database_url()).await;
        for name in ["gateway", "persistence", "countdown", "matchmaker", "nats"] {
            roles.kill9(name);
        }
        roles.nats.restore_store(&copy);
        roles.start_again("nats").await;
        talk
    };
    roles
        .start_all(&["gateway", "persistence", "countdown", "matchmaker"])
        .await;
    nothing_is_lost(&roles, talk).await;
}

#[tokio::test]
async fn a_gateway_is_not_ready_while_the_streams_end_before_sql_does() {
    let mut roles = Roles::start(&[]).await;
    let talk = begin(&roles).await;
    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    let talk = go_on(talk, roles.database_url()).await;
    roles.kill9("persistence");
    roles.kill9("nats");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    let url = roles.url("gateway");
    eventually("the gateway says that it is not ready", async || {
        (!is_ready(&url).await).then_some(())
    })
    .await;
    let client_id = Uuid::now_v7();
    let form = json!({ "client_id": client_id, "text": "too early" });
    let path = format!("/chat/rooms/{}/messages", talk.room);
    let refused = talk.ada.post(&path, form.clone()).await;
    assert_eq!((refused.status, refused.code()), (503, "unavailable"));
    // One that starts now has seen nothing itself, and waits for what SQL says.
    roles.spawn("gateway-2");
    let too_early = timeout(Duration::from_secs(3), roles.until_ready("gateway-2")).await;
    assert!(too_early.is_err(), "the streams end before SQL does");

    roles.spawn("persistence");
    roles.until_ready("gateway").await;
    roles.until_ready("gateway-2").await;
    let mut talk = talk;
    let accepted: contract::message::Message = talk.ada.post(&path, form).await.expect(201);
    let last = talk.said.last().expect("something said");
    assert!(accepted.seq > last.seq);
    assert_eq!(accepted.prev_seq, last.seq, "the chain has no hole");
    talk.said.push(Acked {
        client_id: accepted.client_id,
        seq: accepted.seq,
    });
    nothing_is_lost(&roles, talk).await;
}

#[tokio::test]
async fn a_room_whose_events_were_lost_still_comes_to_its_end() {
    let mut roles = Roles::start(&SHORT).await;
    let (ada, ben) = people(&roles).await;
    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    let room = ada.open_room(&ben).await;
    ada.start_countdown(room).await;
    ada.vote(room, "keep").await;
    let voted = "SELECT 1 FROM rooms WHERE state = 'countdown' AND revision = 3";
    in_sql(roles.database_url(), voted).await;
    roles.kill9("nats");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    roles.until_ready("gateway").await;
    assert_eq!(ben.vote(room, "keep").await.state, RoomState::Kept);
    let other = Person::join(&roles.url("gateway")).await;
    let room = other.open_room(&ben).await;
    other.start_countdown(room).await;
    let ended = |listed: &RoomSummary| listed.state == RoomState::Ended;
    other.listed(room, "timers go on", ended).await;
}

pub async fn people(roles: &Roles) -> (Person, Person) {
    let url = roles.url("gateway");
    tokio::join!(Person::join(&url), Person::join(&url))
}

pub async fn begin(roles: &Roles) -> Talk {
    let (ada, ben) = people(roles).await;
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let ChatServerFrame::Hello { epoch, .. } = chat.hello else {
        panic!("a hello comes first");
    };
    let said = chat.say_all(&texts("before")).await;
    until_stored(&mut chat, said.last().expect("something said").seq).await;
    Talk {
        ada,
        ben,
        room,
        epoch,
        said,
    }
}

/// What is in SQL, and in no older copy of the broker: messages, and a room that is kept.
pub async fn go_on(mut talk: Talk, database: &str) -> Talk {
    let mut chat = eventually("the room opens again", async || {
        talk.ada.wire(talk.room, "").await.ok()?;
        Some(talk.ada.chat(talk.room).await)
    })
    .await;
    let said = chat.say_all(&texts("after")).await;
    until_stored(&mut chat, said.last().expect("something said").seq).await;
    talk.said.extend(said);
    talk.ada.start_countdown(talk.room).await;
    talk.ada.vote(talk.room, "keep").await;
    talk.ben.vote(talk.room, "keep").await;
    until_state(&mut chat, RoomState::Kept).await;
    in_sql(database, "SELECT 1 FROM rooms WHERE state = 'kept'").await;
    talk
}

async fn talk_over_a_copy(roles: &mut Roles) -> Talk {
    let talk = begin(roles).await;
    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    let talk = go_on(talk, roles.database_url()).await;
    roles.kill9("nats");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    talk
}

async fn nothing_is_lost(roles: &Roles, mut talk: Talk) {
    let url = roles.url("gateway");
    eventually("the gateway is ready", async || {
        crate::request::is_ready(&url).await.then_some(())
    })
    .await;
    is_read_back(&talk.ben, talk.room, &talk.said).await;
    let last = *talk.said.last().expect("something said");
    // Who comes back is told to read again.
    let query = format!("?after={}&epoch={}", last.seq, talk.epoch);
    // What the readiness says may be two seconds old.
    let mut wire = eventually("a socket", async || {
        talk.ben.wire(talk.room, &query).await.ok()
    })
    .await;
    let crate::wire::Frame::Text(hello) = crate::wire::read(&mut wire).await else {
        panic!("a hello comes first");
    };
    let ChatServerFrame::Hello {
        recovered, epoch, ..
    } = crate::wire::parse(&hello)
    else {
        panic!("a hello comes first: {hello}");
    };
    assert!(!recovered && epoch != talk.epoch, "a new epoch: {hello}");
    assert_eq!(talk.ben.status(talk.room).await.state, RoomState::Kept);
    let seen = Seen {
        reader: &talk.ben,
        room: talk.room,
        said: &talk.said,
        epoch,
    };
    seen.is_as_it_was().await;

    // What a client still holds is known, and is no second message.
    let mut ben_chat = talk.ben.chat(talk.room).await;
    let mut ada_chat = talk.ada.chat(talk.room).await;
    let resend =
        json!({ "type": "send", "client_id": last.client_id, "text": "after 9", "resend": true });
    ada_chat.send_json(&resend).await;
    let again = ada_chat
        .find("the ack of a resend", |frame| match frame {
            ChatServerFrame::Ack { seq, .. } => Some(*seq),
            _ => None,
        })
        .await;
    assert_eq!(again, last.seq);

    let first = talk.ada.say(talk.room, "first above").await;
    assert!(first.seq > last.seq, "{} is above {}", first.seq, last.seq);
    assert_eq!(first.prev_seq, last.seq, "the chain has no hole");
    let heard = ben_chat.find("the first", |frame| match frame {
        ChatServerFrame::Message(message) if message.seq == first.seq => Some(message.prev_seq),
        _ => None,
    });
    assert_eq!(heard.await, last.seq, "the chain has no hole");
    let new = ada_chat.say("above everything").await;
    assert_eq!(
        until_message(&mut ben_chat, "above everything").await,
        new.seq
    );
    let (client_id, seq) = (first.client_id, first.seq);
    talk.said.extend([Acked { client_id, seq }, new]);
    until_stored(&mut ada_chat, new.seq).await;
    is_read_back(&talk.ben, talk.room, &talk.said).await;
    let dead = roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
}

/// Waits until SQL answers this with a row: lists and states of rooms come from the stream.
pub async fn in_sql(url: &str, question: &str) {
    let database = Database::connect(url).await.unwrap();
    eventually(question, async || {
        let rows = database.query_all_raw(Statement::from_string(
            database.get_database_backend(),
            question,
        ));
        rows.await.unwrap().first().map(drop)
    })
    .await;
}

fn texts(when: &str) -> Vec<String> {
    (0..10).map(|n| format!("{when} {n}")).collect()
}
