//! The broker comes back without its streams, or without one of them: an empty disk, or a copy of before a release that made
//! one more. The processes that are up mend it, and nobody has to start one anew.

use std::time::Duration;

use contract::{
    room::RoomSummary,
    streams::{EPOCHS, EVENTS},
};
use domain::room::RoomState;
use tokio::time::sleep;

use crate::{
    across_a_hole::is_read_back,
    client::Person,
    eventually, jetstream,
    lost_tail::{begin, go_on, in_sql},
    request::is_ready,
    roles::{ALL, Roles},
    socket::Acked,
};

#[tokio::test]
async fn an_empty_broker_gets_its_streams_and_goes_on_above_what_sql_has_while_everybody_stays_up()
{
    let mut roles = Roles::start(&[]).await;
    let mut talk = go_on(begin(&roles).await, roles.database_url()).await;
    let nothing = tempfile::tempdir().expect("a temporary folder");
    roles.kill9("nats");
    roles.nats.restore_store(&nothing);
    roles.start_again("nats").await;
    until_all_are_ready(&roles).await;

    is_read_back(&talk.ben, talk.room, &talk.said).await;
    assert_eq!(talk.ben.status(talk.room).await.state, RoomState::Kept);
    let last = talk.said.last().expect("something said").seq;
    let above = talk.ada.say(talk.room, "above everything").await;
    assert_eq!(above.prev_seq, last, "the chain has no hole");
    let (client_id, seq) = (above.client_id, above.seq);
    talk.said.push(Acked { client_id, seq });
    let unread = |listed: &RoomSummary| {
        let newest = listed.last_message.as_ref();
        newest.is_some_and(|message| message.seq == seq)
    };
    talk.ben.listed(talk.room, "the new message", unread).await;
    is_read_back(&talk.ben, talk.room, &talk.said).await;

    let url = roles.url("gateway");
    let (cem, dora) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = cem.open_room(&dora).await;
    cem.say(room, "a new room").await;
    let dead = roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
}

#[tokio::test]
async fn a_copy_of_before_a_stream_was_made_gets_it_while_everybody_stays_up() {
    let mut roles = Roles::start(&[]).await;
    let talk = begin(&roles).await;
    let operator = jetstream::connect(&roles.nats.url()).await;
    jetstream::remove_stream(&operator, &EPOCHS).await;
    roles.kill9("nats");
    roles.start_again("nats").await;
    until_all_are_ready(&roles).await;
    talk.ada.say(talk.room, "and on").await;
}

/// What is stored waits to be told, and the stream that it waits for is made while it waits.
#[tokio::test]
async fn what_waits_for_a_stream_that_is_gone_keeps_nobody_from_making_it() {
    let mut roles = Roles::start(&[]).await;
    let mut talk = begin(&roles).await;
    let operator = jetstream::connect(&roles.nats.url()).await;
    jetstream::remove_stream(&operator, &EVENTS).await;
    let untold = talk.ada.say(talk.room, "stored, and not told").await;
    let stored = format!("SELECT 1 FROM messages WHERE seq = {}", untold.seq);
    in_sql(roles.database_url(), &stored).await;
    let (client_id, seq) = (untold.client_id, untold.seq);
    talk.said.push(Acked { client_id, seq });
    roles.kill9("nats");
    roles.start_again("nats").await;
    until_all_are_ready(&roles).await;

    let later = talk.ada.say(talk.room, "and on").await;
    let (client_id, seq) = (later.client_id, later.seq);
    talk.said.push(Acked { client_id, seq });
    let stored = format!("SELECT 1 FROM messages WHERE seq = {seq}");
    in_sql(roles.database_url(), &stored).await;
    is_read_back(&talk.ben, talk.room, &talk.said).await;
}

/// What a process says of itself may be two seconds old.
async fn until_all_are_ready(roles: &Roles) {
    sleep(Duration::from_secs(3)).await;
    for role in ALL {
        let url = roles.admin_url(role);
        eventually("everybody is ready", async || {
            is_ready(&url).await.then_some(())
        })
        .await;
    }
}
