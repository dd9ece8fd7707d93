//! `webchat serve` and its nats-server child: they live and end together.

use std::time::Duration;

use rustix::process::Signal;

use crate::{client::Person, eventually, program::send, serve::Serve};

#[tokio::test]
async fn ctrl_c_and_sigterm_leave_no_process_behind_and_the_next_start_is_quick() {
    // Generous, because this is a debug build beside other tests; a release takes a fraction of it.
    const LONGEST_START: Duration = Duration::from_secs(10);
    let mut web = Serve::start(&[]).await;
    let ada = Person::join(&web.url()).await;
    for signal in [Signal::INT, Signal::TERM] {
        let _open_socket = ada.notifications().await;
        web.program().signal(signal);
        let status = web.program().ended().await;
        assert!(
            status.success(),
            "{signal:?}: {status}: {}",
            web.program().complaint()
        );
        web.nothing_is_left().await;
        let took = web.restart().await;
        eprintln!("a second start took {took:?}");
        assert!(took < LONGEST_START, "{took:?}");
    }
}

#[tokio::test]
async fn sockets_are_told_to_come_back_when_the_server_stops() {
    let mut web = Serve::start(&[]).await;
    let (ada, ben) = (
        Person::join(&web.url()).await,
        Person::join(&web.url()).await,
    );
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let mut bell = ada.notifications().await;
    web.program().signal(Signal::INT);
    assert_eq!(chat.closed().await, 1012);
    assert_eq!(bell.closed().await, 1012);
    assert!(web.program().ended().await.success());
}

#[tokio::test]
async fn a_killed_serve_takes_its_nats_server_along() {
    let mut web = Serve::start(&[]).await;
    web.nats_server().await;
    web.program().kill9();
    web.nothing_is_left().await;
}

#[tokio::test]
async fn a_nats_server_that_was_left_behind_is_ended_first() {
    let mut web = Serve::start(&[]).await;
    web.kill9_everything().await;
    let mut left_behind = web.leave_a_nats_server_behind();
    eventually("it runs", async || {
        web.nats_servers().contains(&left_behind.id()).then_some(())
    })
    .await;
    web.restart().await;
    assert!(left_behind.try_wait().unwrap().is_some(), "it was ended");
    assert_eq!(web.nats_servers().len(), 1);
    Person::join(&web.url()).await;
}

#[tokio::test]
async fn a_killed_nats_server_is_started_again_and_the_service_goes_on() {
    let web = Serve::start(&[]).await;
    let (ada, ben) = (
        Person::join(&web.url()).await,
        Person::join(&web.url()).await,
    );
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let before = chat.say("before").await;
    let killed = web.nats_server().await;

    send(killed, Signal::KILL);
    eventually("another nats-server runs", async || {
        web.nats_servers().into_iter().find(|pid| *pid != killed)
    })
    .await;

    let after = chat.say("after").await;
    assert!(after.seq > before.seq);
    let seqs: Vec<_> = ben
        .history(room)
        .await
        .iter()
        .map(|message| message.seq)
        .collect();
    assert_eq!(seqs, [before.seq, after.seq]);
    ben.listed(room, "both unread", |listed| listed.unread_count == 2)
        .await;
}
