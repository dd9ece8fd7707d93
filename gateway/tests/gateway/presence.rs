//! Who is online, in the list of kept rooms.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    socket::Socket,
    world::{Person, World},
};

/// Promised, and slack for a busy machine.
const GONE_WITHIN: Duration = Duration::from_secs(5 + 2);
/// Long enough for a frame that should not come.
const A_WHILE: Duration = Duration::from_secs(4);

#[tokio::test]
async fn the_other_one_of_a_kept_room_is_seen_coming_and_going_wherever_the_sockets_are() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = two_who_keep_a_room(&world).await;
    let there = world.another_gateway().await;
    let (mut anns, hello) = Socket::notifications(world.client(), &ann).await;
    assert_eq!(hello["rooms"][0]["state"], "kept");
    let (mut bens, _) = Socket::notifications(&there, &ben).await;
    assert_eq!(anns.find("presence").await, presence(&ben, true));
    assert_eq!(bens.find("presence").await, presence(&ann, true));

    let (chat, _) = Socket::chat(world.client(), &ben, &room, "").await;
    bens.bye().await;
    let told = told_for_a_while(&mut anns).await;
    assert!(told.is_empty(), "a chat socket is a socket: {told:?}");
    let gone = Instant::now();
    chat.bye().await;
    assert_eq!(anns.find("presence").await, presence(&ben, false));
    assert!(gone.elapsed() < GONE_WITHIN, "{:?}", gone.elapsed());
}

#[tokio::test]
async fn a_new_socket_finds_who_is_online_right_behind_its_hello() {
    let world = World::start(&[]).await;
    let (ann, ben, _) = two_who_keep_a_room(&world).await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    let (_bens, _) = Socket::notifications(world.client(), &ben).await;
    anns.find("presence").await;
    let (mut another, _) = Socket::notifications(world.client(), &ann).await;
    assert_eq!(another.next().await, presence(&ben, true));
}

#[tokio::test]
async fn a_page_that_is_loaded_again_was_never_gone() {
    let world = World::start(&[]).await;
    let (ann, ben, _) = two_who_keep_a_room(&world).await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    let (mut bens, _) = Socket::notifications(world.client(), &ben).await;
    anns.find("presence").await;
    for _ in 0..10 {
        let away = Instant::now();
        bens.bye().await;
        (bens, _) = Socket::notifications(world.client(), &ben).await;
        let was_quick = away.elapsed() < Duration::from_secs(1);
        let told = told_for_a_while(&mut anns).await;
        // On a busy machine it may have taken longer than a page takes.
        if was_quick {
            assert!(told.is_empty(), "{told:?}");
            return;
        }
    }
    panic!("no socket was opened again within a second");
}

#[tokio::test]
async fn nobody_hears_of_somebody_with_whom_no_room_is_kept() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    let (mut bens, _) = Socket::notifications(world.client(), &ben).await;
    for socket in [&mut anns, &mut bens] {
        let told = told_for_a_while(socket).await;
        assert!(told.is_empty(), "the room is not decided: {told:?}");
    }
    keep(&world, &room, [&ann, &ben]).await;
    assert_eq!(anns.find("presence").await, presence(&ben, true));
    assert_eq!(bens.find("presence").await, presence(&ann, true));
}

#[tokio::test]
async fn who_is_blocked_and_who_blocks_do_not_see_each_other_any_more() {
    let world = World::start(&[]).await;
    let (ann, ben, _) = two_who_keep_a_room(&world).await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    let (mut bens, _) = Socket::notifications(world.client(), &ben).await;
    anns.find("presence").await;
    bens.find("presence").await;
    let block = format!("/users/{}/block", ben.id);
    world.ask(&ann, "PUT", &block, None).await.expect(204);
    assert_eq!(bens.find("presence").await, presence(&ann, false));
    assert_eq!(anns.find("presence").await, presence(&ben, false));

    anns.bye().await;
    tokio::time::sleep(A_WHILE).await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    bens.bye().await;
    let (mut bens, _) = Socket::notifications(&world.another_gateway().await, &ben).await;
    for socket in [&mut anns, &mut bens] {
        let told = told_for_a_while(socket).await;
        assert!(told.is_empty(), "{told:?}");
    }
}

#[tokio::test]
async fn who_stays_through_a_restart_of_the_broker_is_online_after_it() {
    let mut world = World::start(&[]).await;
    let (ann, ben, room) = two_who_keep_a_room(&world).await;
    let (_bens, _) = Socket::chat(world.client(), &ben, &room, "").await;
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    assert_eq!(anns.find("presence").await, presence(&ben, true));
    world.nats.kill9_and_restart().await;
    assert_eq!(anns.until_closed().await.1, 1012);
    let (mut anns, _) = reopened(&world, &ann).await;
    assert_eq!(anns.find("presence").await, presence(&ben, true));
}

/// A gateway takes sockets again once it has looked at the broker's streams.
async fn reopened(world: &World, person: &Person) -> (Socket, Value) {
    for _ in 0..100 {
        let opened = Socket::open(world.client(), "/ws/notifications", &person.token).await;
        if let Ok(mut socket) = opened {
            let hello = socket.next().await;
            return (socket, hello);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no socket");
}

/// Who is said to come and go.
async fn told_for_a_while(socket: &mut Socket) -> Vec<Value> {
    let mut told = socket.all_within(A_WHILE).await;
    told.retain(|frame| frame["type"] == "presence");
    told
}

fn presence(of: &Person, online: bool) -> Value {
    json!({ "type": "presence", "user_id": of.id, "online": online })
}

async fn two_who_keep_a_room(world: &World) -> (Person, Person, String) {
    let (ann, ben, room) = world.two_in_a_room().await;
    keep(world, &room, [&ann, &ben]).await;
    (ann, ben, room)
}

pub async fn keep(world: &World, room: &str, members: [&Person; 2]) {
    let start = format!("/simple-countdown/start/{room}");
    world.post(members[0], &start).await.expect(200);
    for person in members {
        let keep = format!("/chat/keep/{room}");
        world.post(person, &keep).await.expect(200);
    }
}
