//! Poison goes to the dead letters and the others flow; an operator looks at it, tries it again, or drops it.

use std::time::Instant;

use broker::{Broker, BrokerOptions, Publish};
use contract::{streams::EVENTS, subjects};
use domain::RoomId;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

use crate::{
    client::Person, events, eventually, jetstream, journey::until_message, roles::Roles,
    serve::Serve,
};

#[tokio::test]
async fn what_nobody_can_read_is_a_dead_letter_and_hides_nothing_else() {
    let roles = Roles::start(&[]).await;
    let (ada, ben, room) = talk(&roles).await;
    let broker = connected(&roles).await;
    let first = ada.say(room, "before the poison").await;
    let begun = Instant::now();
    let poison = publish(&broker, subjects::chat(room), "no message").await;
    publish(&broker, subjects::life_room(other_room()), "no room").await;
    publish(&broker, subjects::receipt(room, ada.id), "no receipt").await;
    publish(&broker, subjects::life_due(other_room()), "no timer").await;

    let letters = listed(&roles, 5).await;
    eprintln!(
        "R9 poison of five kinds is on the DLQ after {:?}",
        begun.elapsed()
    );
    for consumer in [
        "persistence-chat",
        "persistence-life",
        "persistence-receipt",
        "countdown-rooms",
        "countdown-due",
    ] {
        let named = |line: &&String| line.split('\t').nth(2) == Some(consumer);
        assert_eq!(letters.iter().filter(named).count(), 1, "{letters:?}");
    }
    // The newest entry of the room is the poison: people come and go as ever.
    let mut chat = ben.chat(room).await;
    let second = ada.say(room, "after the poison").await;
    assert!(first.seq < poison && poison < second.seq);
    assert_eq!(second.prev_seq, first.seq, "the poison leaves no hole");
    assert_eq!(
        until_message(&mut chat, "after the poison").await,
        second.seq
    );
    let chain = |messages: &[contract::message::Message]| -> Vec<_> {
        messages.iter().map(|m| (m.prev_seq, m.seq)).collect()
    };
    assert_eq!(
        chain(&ada.history(room).await),
        [(0, first.seq), (first.seq, second.seq)]
    );

    let of_chat = letters
        .iter()
        .find(|line| line.contains("persistence-chat"));
    let number = of_chat.and_then(|line| line.split('\t').next()).unwrap();
    let shown = roles.operate(&["dlq", "show", number]).await;
    assert!(
        shown.success && shown.stdout.contains("no message"),
        "{shown:?}"
    );
    let replayed = roles.operate(&["dlq", "replay", number]).await;
    assert!(
        !replayed.success,
        "it is as unreadable as before: {replayed:?}"
    );
    assert!(replayed.stdout.contains("stays"), "{replayed:?}");
    let dropped = roles.operate(&["dlq", "drop", "--all"]).await;
    assert_eq!(dropped.stdout.trim(), "5 dropped", "{dropped:?}");
    listed(&roles, 0).await;
    let again = roles.operate(&["dlq", "drop", number]).await;
    assert!(
        again.stderr.contains("there is no dead letter"),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_message_that_the_database_refused_is_stored_in_its_place_when_the_cause_is_mended() {
    let roles = Roles::start(&[]).await;
    let (ada, ben, room) = talk(&roles).await;
    let database = Database::connect(roles.database_url()).await.unwrap();
    sql(
        &database,
        "CREATE TRIGGER refuses BEFORE INSERT ON messages WHEN NEW.text = 'refused'
         BEGIN SELECT RAISE(ABORT, 'no such text'); END",
    )
    .await;
    let first = ada.say(room, "first").await;
    let refused = ada.say(room, "refused").await;
    let last = ben.say(room, "last").await;
    listed(&roles, 1).await;
    let newest = |summary: &contract::room::RoomSummary| {
        summary
            .last_message
            .as_ref()
            .is_some_and(|m| m.seq == last.seq)
    };
    ada.listed(room, "the others flow", newest).await;

    let early = roles.operate(&["dlq", "replay", "--all"]).await;
    assert!(!early.success, "the cause is not mended: {early:?}");
    listed(&roles, 1).await;
    sql(&database, "DROP TRIGGER refuses").await;
    let replayed = roles.operate(&["dlq", "replay", "--all"]).await;
    assert!(replayed.success, "{replayed:?}");
    assert_eq!(replayed.stdout.trim(), "1 replayed, 0 stay");
    listed(&roles, 0).await;
    let history = ada.history(room).await;
    let seqs: Vec<_> = history.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, [first.seq, refused.seq, last.seq]);
}

#[tokio::test]
async fn a_message_whose_event_is_refused_for_good_holds_up_nobody_and_is_told_when_the_cause_is_mended()
 {
    const TOO_SMALL: i64 = 64;
    const ANY_SIZE: i64 = -1;
    let roles = Roles::start(&[]).await;
    let (ada, ben, room) = talk(&roles).await;
    let broker = connected(&roles).await;
    let told = async |count| {
        eventually("the events are told", async || {
            let mut events = events::of_room(&roles.nats, room).await;
            events.retain(|event| event.verb == "message_sent");
            (events.len() == count).then_some(())
        })
        .await;
    };
    ada.say(room, "before").await;
    told(1).await;

    jetstream::refuse_above(&broker, &EVENTS, TOO_SMALL).await;
    ada.say(room, "its event is refused").await;
    let letters = listed(&roles, 1).await;
    assert!(letters[0].contains("persistence-chat"), "{letters:?}");
    assert!(
        letters[0].contains("its public event is refused"),
        "{letters:?}"
    );
    let early = roles.operate(&["dlq", "replay", "--all"]).await;
    assert!(!early.success, "the cause is not mended: {early:?}");
    listed(&roles, 1).await;

    jetstream::refuse_above(&broker, &EVENTS, ANY_SIZE).await;
    let last = ben.say(room, "after").await;
    told(2).await;
    let newest = |summary: &contract::room::RoomSummary| {
        let message = summary.last_message.as_ref();
        message.is_some_and(|message| message.seq == last.seq)
    };
    ada.listed(room, "the others flow", newest).await;
    let replayed = roles.operate(&["dlq", "replay", "--all"]).await;
    assert_eq!(replayed.stdout.trim(), "1 replayed, 0 stay", "{replayed:?}");
    told(3).await;
    listed(&roles, 0).await;
    assert_eq!(ada.history(room).await.len(), 3);
}

#[tokio::test]
async fn an_operator_reaches_a_webchat_serve_by_its_data_folder_whether_it_runs_or_not() {
    let mut web = Serve::start(&[]).await;
    let running = web.operate(&["dlq", "ls"]).await;
    assert!(running.success && running.stdout.is_empty(), "{running:?}");
    web.program().signal(rustix::process::Signal::TERM);
    web.program().ended().await;
    let stopped = web.operate(&["dlq", "ls"]).await;
    assert!(stopped.success && stopped.stdout.is_empty(), "{stopped:?}");
    web.nothing_is_left().await;
}

async fn talk(roles: &Roles) -> (Person, Person, RoomId) {
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    (ada, ben, room)
}

fn other_room() -> RoomId {
    RoomId(uuid::Uuid::now_v7())
}

async fn connected(roles: &Roles) -> Broker {
    let options = BrokerOptions {
        url: roles.nats.url(),
        user: None,
        root_ca: None,
        name: "somebody".to_owned(),
        request_timeout: std::time::Duration::from_secs(5),
        replicas: 1,
    };
    Broker::connect(&options).await.unwrap()
}

async fn publish(broker: &Broker, subject: String, body: &'static str) -> u64 {
    broker
        .publish(Publish::new(subject, body))
        .await
        .unwrap()
        .seq
}

/// The lines of `webchat dlq ls`, when there are so many.
async fn listed(roles: &Roles, count: usize) -> Vec<String> {
    eventually("the dead letters are listed", async || {
        let said = roles.operate(&["dlq", "ls"]).await;
        assert!(said.success, "{said:?}");
        let lines: Vec<_> = said.stdout.lines().map(str::to_owned).collect();
        (lines.len() == count).then_some(lines)
    })
    .await
}

async fn sql(database: &DatabaseConnection, statement: &str) {
    database.execute_unprepared(statement).await.unwrap();
}
