//! A gateway and two persistence processes on one SQLite file.

use std::collections::HashSet;

use domain::RoomId;
use futures_util::{StreamExt, stream};

use crate::{client::Person, events, eventually, request::Answer, roles::Roles, socket::Acked};

const ROOMS: usize = 4;
const MESSAGES_A_ROOM: usize = 750;
const REGISTRATIONS: usize = 40;
const AT_ONCE: usize = 4;

/// Somebody who talks, somebody who listens, and their room.
struct Talk {
    speaker: Person,
    listener: Person,
    room: RoomId,
}

#[tokio::test]
async fn people_register_during_a_backlog_and_everything_is_stored_once() {
    let mut roles = Roles::start(&[]).await;
    let talks = talks(&roles.url("gateway")).await;
    roles.kill9("persistence");
    let mut acked = Vec::new();
    for talk in &talks {
        acked.push(talk_long(talk).await);
    }

    roles.spawn("persistence");
    roles.spawn("persistence-2");
    let registered = register_many(&roles.url("gateway")).await;

    for talk in &talks {
        let everything =
            |room: &contract::room::RoomSummary| room.unread_count == MESSAGES_A_ROOM as u64;
        let listed = talk
            .listener
            .listed(talk.room, "all messages unread", everything)
            .await;
        assert_eq!(
            listed.last_message.expect("a last message").text,
            text(MESSAGES_A_ROOM - 1)
        );
    }
    for (talk, acked) in talks.iter().zip(&acked) {
        let history = talk.listener.history(talk.room).await;
        let stored: Vec<_> = history
            .iter()
            .map(|message| Acked {
                client_id: message.client_id,
                seq: message.seq,
            })
            .collect();
        assert_eq!(&stored, acked, "each once, in order");
    }
    check_events(&roles, &registered).await;
}

async fn talks(url: &str) -> Vec<Talk> {
    let mut talks = Vec::new();
    for _ in 0..ROOMS {
        let (speaker, listener) = (Person::join(url).await, Person::join(url).await);
        let room = speaker.open_room(&listener).await;
        talks.push(Talk {
            speaker,
            listener,
            room,
        });
    }
    talks
}

async fn talk_long(talk: &Talk) -> Vec<Acked> {
    let mut chat = talk.speaker.chat(talk.room).await;
    let texts: Vec<_> = (0..MESSAGES_A_ROOM).map(text).collect();
    let mut acked = Vec::new();
    for some in texts.chunks(250) {
        acked.extend(chat.say_all(some).await);
    }
    acked
}

fn text(number: usize) -> String {
    format!("message {number}")
}

/// Everybody gets an account: not one request may fail while the backlog is written.
async fn register_many(url: &str) -> Vec<Person> {
    let people: Vec<Result<Person, Answer>> = stream::iter(0..REGISTRATIONS)
        .map(|_| Person::try_register(url))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let people: Vec<Person> = people
        .into_iter()
        .map(|person| person.unwrap_or_else(|answer| panic!("a registration failed: {answer:?}")))
        .collect();
    for person in &people {
        let account: serde_json::Value = person.get("/users/me").await.expect(200);
        assert_eq!(account["id"], person.id.to_string());
    }
    people
}

async fn check_events(roles: &Roles, registered: &[Person]) {
    let all = ROOMS * MESSAGES_A_ROOM;
    let sent = eventually("every message has its public event", async || {
        let sent = events::matching(&roles.nats, "webchat.v1.evt.room.*.message_sent").await;
        (sent.len() >= all).then_some(sent)
    })
    .await;
    let ids: HashSet<_> = sent.iter().map(|event| event.id).collect();
    let seqs: HashSet<_> = sent
        .iter()
        .map(|event| event.data["seq"].as_u64())
        .collect();
    assert_eq!(
        (sent.len(), ids.len(), seqs.len()),
        (all, all, all),
        "one event a message"
    );
    for person in registered {
        let subject = format!("webchat.v1.evt.user.{}.registered", person.id);
        let told = eventually("the registration's event", async || {
            let told = events::matching(&roles.nats, &subject).await;
            (!told.is_empty()).then_some(told)
        });
        assert_eq!(told.await.len(), 1);
    }
}
