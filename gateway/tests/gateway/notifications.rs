use std::time::Duration;

use broker::life::Write;
use domain::{
    RoomId, TicketId, UserId,
    matching::{Features, Match},
    room::{Input, Room, Timing},
    ticket::{Ticket, TicketState},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    socket::Socket,
    world::{Person, World},
};

const A_MOMENT: Duration = Duration::from_millis(500);

#[tokio::test]
async fn the_notification_socket_begins_with_the_rooms_and_the_ticket() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let (mut bens, hello) = Socket::notifications(&world.another_gateway().await, &ben).await;
    assert_eq!(
        (&hello["rooms"][0]["id"], &hello["ticket"]["state"]),
        (&json!(room), &json!("none"))
    );
    world.say(&ann, &room, "Are you there?").await.expect(201);
    let unread = bens.find("unread").await;
    assert_eq!(
        (&unread["room_id"], &unread["count"]),
        (&json!(room), &json!(1))
    );
    assert_eq!(unread["last_message"]["text"], "Are you there?");
    world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    let started = bens.find("room").await;
    assert_eq!(
        (&started["room_id"], &started["state"]),
        (&json!(room), &json!("countdown"))
    );
    bens.send(&json!({ "type": "send" })).await;
    assert_eq!(bens.find("error").await["code"], "validation_failed");
    bens.send(&json!({ "type": "ping" })).await;
    bens.find("pong").await;
}

#[tokio::test]
async fn what_is_unread_is_told_and_listed_with_how_far_the_user_had_read() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let (mut notices, hello) = Socket::notifications(world.client(), &ben).await;
    assert_eq!(hello["rooms"][0]["read_seq"], 0);
    let newest = world.say(&ann, &room, "hello").await.expect(201)["seq"].clone();
    let told = notices.find("unread").await;
    assert_eq!(
        (&told["count"], &told["read_seq"]),
        (&json!(1), &json!(0)),
        "nothing is read yet"
    );
    let (mut bens, _) = Socket::chat(world.client(), &ben, &room, "").await;
    bens.send(&json!({ "type": "read", "seq": newest })).await;
    let told = notices.find("unread").await;
    assert_eq!((&told["count"], &told["read_seq"]), (&json!(0), &newest));
    let list = world.get(&ben, "/chat/rooms").await.expect(200);
    let listed = &list["items"][0];
    assert_eq!(
        (&listed["unread_count"], &listed["read_seq"]),
        (&json!(0), &newest)
    );
}

#[tokio::test]
async fn a_match_is_told_once_to_a_socket_and_again_to_a_new_one() {
    let world = World::start(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (mut anns, _) = Socket::notifications(world.client(), &ann).await;
    let room = matched(&world, &ann, &ben).await;
    let told = anns.find("match_found").await;
    assert_eq!(
        (&told["room_id"], &told["peer"]["display_name"]),
        (&json!(room), &json!("ben"))
    );
    assert_eq!(told["icebreaker"], "Tea?");
    let more = anns.all_within(Duration::from_secs(3)).await;
    assert!(
        more.iter().all(|frame| frame["type"] != "match_found"),
        "{more:?}"
    );
    let (mut again, hello) = Socket::notifications(world.client(), &ann).await;
    assert_eq!(
        (&hello["ticket"]["state"], &hello["ticket"]["room_id"]),
        (&json!("matched"), &json!(room))
    );
    assert_eq!(again.find("match_found").await["room_id"], json!(room));
}

#[tokio::test]
async fn a_match_whose_notice_is_lost_is_found_by_the_waiting_socket() {
    let world = World::without_workers(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    world.post(&ann, "/match/queue").await.expect(202);
    let (mut anns, hello) = Socket::notifications(world.client(), &ann).await;
    assert_eq!(hello["ticket"]["state"], "waiting");
    tokio::time::sleep(A_MOMENT).await;
    let room = matched(&world, &ann, &ben).await;
    assert_eq!(anns.find("match_found").await["room_id"], json!(room));
}

#[tokio::test]
async fn a_waiting_user_with_a_socket_is_named_in_a_lease_at_once() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    let (_anns, _) = Socket::notifications(world.client(), &ann).await;
    world.post(&ann, "/match/queue").await.expect(202);
    for _ in 0..40 {
        let leases = world
            .broker
            .replay(
                &contract::streams::LIFE,
                contract::subjects::LIFE_LEASES,
                1,
                10,
            )
            .await
            .unwrap();
        if leases
            .iter()
            .any(|lease| String::from_utf8_lossy(&lease.payload).contains(&ann.id))
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no lease names the waiting user");
}

#[tokio::test]
async fn a_matched_room_starts_when_both_are_there() {
    let world = World::without_workers(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let room = matched(&world, &ann, &ben).await;
    let there = world.another_gateway().await;
    let present = async || {
        tokio::time::sleep(A_MOMENT).await;
        let room = world
            .broker
            .room(room.parse().unwrap())
            .await
            .unwrap()
            .unwrap()
            .value;
        room.seats.iter().filter(|seat| seat.present).count()
    };
    let (mut anns, hello) = Socket::chat(world.client(), &ann, &room, "").await;
    assert_eq!(
        (
            &hello["room"]["state"],
            hello["room"]["ends_at"].is_string()
        ),
        (&json!("idle"), true)
    );
    assert_eq!(present().await, 1);
    let (second, _) = Socket::chat(world.client(), &ann, &room, "").await;
    second.bye().await;
    assert_eq!(present().await, 1, "one of two sockets went");
    let (third, _) = Socket::chat(&there, &ann, &room, "").await;
    drop(anns);
    assert_eq!(present().await, 1, "the other gateway has one");
    third.bye().await;
    assert_eq!(present().await, 0);
    (anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    for socket in [&mut anns, &mut bens] {
        assert_eq!(socket.find("room").await["state"], "countdown");
    }
}

/// A gateway that was killed has told of an arrival and of no departure.
#[tokio::test]
async fn a_member_who_was_left_behind_by_a_dead_gateway_does_not_start_the_clock() {
    let world = World::without_workers(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let room = matched(&world, &ann, &ben).await;
    let member = ben.id.parse().unwrap();
    let id: RoomId = room.parse().unwrap();
    let arrived = world
        .broker
        .change_room(id, Input::Arrived { member }, None);
    assert!(arrived.await.unwrap().changed);
    let (mut anns, hello) = Socket::chat(world.client(), &ann, &room, "").await;
    assert_eq!(hello["room"]["state"], "idle");
    let told = anns.all_within(Duration::from_secs(8)).await;
    assert!(told.iter().all(|frame| frame["type"] != "room"), "{told:?}");
    let seats = world.broker.room(id).await.unwrap().unwrap().value.seats;
    assert_eq!(seats.iter().filter(|seat| seat.present).count(), 1);
    let (mut bens, _) = Socket::chat(&world.another_gateway().await, &ben, &room, "").await;
    for socket in [&mut anns, &mut bens] {
        assert_eq!(socket.find("room").await["state"], "countdown");
    }
}

/// Brings two together as the matchmaker does: the room and both tickets in one write.
async fn matched(world: &World, one: &Person, other: &Person) -> String {
    let users: [UserId; 2] = [one, other].map(|person| person.id.parse().unwrap());
    let (room_id, now) = (RoomId(Uuid::now_v7()), world.broker.clock().now());
    let timing = Timing {
        countdown_ms: 300_000,
        notification_ms: 30_000,
        no_show_ms: 30_000,
        extension_ms: 20_000,
        extensions_max: 10,
    };
    let the_match = Match {
        score: 0.75,
        reasons: Vec::new(),
        icebreaker: Some("Tea?".to_owned()),
        icebreaker_topic: None,
        text_mode: None,
    };
    let mut writes = Vec::new();
    for user in users {
        let current = world.broker.ticket(user).await.unwrap();
        let seq = current.as_ref().map_or(0, |ticket| ticket.seq);
        let ticket = current.map_or_else(
            || Ticket::join(TicketId(Uuid::now_v7()), user, features(), now),
            |t| t.value,
        );
        writes.push(Write::Ticket(
            Box::new(ticket.moved_to(TicketState::Matched { room_id })),
            seq,
        ));
    }
    let room = Room::matched(room_id, users, the_match, timing, now);
    writes.push(Write::Room(Box::new(room), 0));
    world.broker.commit(&writes).await.unwrap();
    room_id.to_string()
}

fn features() -> Features {
    Features {
        age: 30,
        gender: "woman".to_owned(),
        preferred_genders: Vec::new(),
        age_min: None,
        age_max: None,
        interests: vec!["chess".to_owned()],
        looking_for: Vec::new(),
        languages: Vec::new(),
    }
}
