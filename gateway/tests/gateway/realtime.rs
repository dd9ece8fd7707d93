use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    socket::Socket,
    world::{Person, World},
};

const A_MOMENT: Duration = Duration::from_millis(500);

#[tokio::test]
async fn two_members_chat_over_two_gateways() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let there = world.another_gateway().await;
    let (mut anns, hello) = Socket::chat(world.client(), &ann, &room, "").await;
    assert_eq!(
        (&hello["last_seq"], &hello["recovered"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(hello["room"]["state"], "idle");
    let (mut anns_phone, _) = Socket::chat(&there, &ann, &room, "").await;
    let (mut bens, hello) = Socket::chat(&there, &ben, &room, "").await;
    assert_eq!(member(&hello, &ben)["display_name"], "ben");
    let first = anns.say("Hello!").await;
    let ack = anns.find("ack").await;
    assert_eq!(ack["client_id"], json!(first));
    for socket in [&mut bens, &mut anns_phone] {
        let message = socket.find("message").await;
        assert_eq!((&message["seq"], &message["id"]), (&ack["seq"], &ack["id"]));
        assert_eq!(
            (&message["text"], &message["prev_seq"]),
            (&json!("Hello!"), &json!(0))
        );
        assert_eq!(message["sent_at"], ack["sent_at"]);
    }
    for socket in [&mut anns, &mut bens] {
        assert_eq!(socket.find("stored").await["seq"], ack["seq"]);
    }
    bens.say("Hi Ann.").await;
    let answer = anns.find("message").await;
    assert_eq!(
        (&answer["text"], &answer["prev_seq"]),
        (&json!("Hi Ann."), &ack["seq"])
    );
    bens.send(&json!({ "type": "history", "limit": 10 })).await;
    let history = bens.find("history").await;
    assert_eq!(
        (texts(&history["items"]), &history["has_more"]),
        (vec!["Hello!", "Hi Ann."], &json!(false))
    );
    let rest = anns.all_within(A_MOMENT).await;
    assert!(
        rest.iter().all(|frame| frame["type"] != "message"),
        "the sending socket has its ack: {rest:?}"
    );
}

#[tokio::test]
async fn typing_reading_and_presence_are_told_to_the_other() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let there = world.another_gateway().await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    let came = anns.find("presence").await;
    assert_eq!(
        (&came["user_id"], &came["online"]),
        (&json!(ben.id), &json!(true))
    );
    bens.send(&json!({ "type": "typing", "active": true }))
        .await;
    let typing = anns.find("typing").await;
    assert_eq!(
        (&typing["user_id"], &typing["active"]),
        (&json!(ben.id), &json!(true))
    );
    anns.say("Read this.").await;
    let seq = bens.find("message").await["seq"].clone();
    bens.send(&json!({ "type": "read", "seq": 1_000_000 }))
        .await;
    let read = anns.find("read").await;
    assert_eq!(
        (&read["user_id"], &read["seq"]),
        (&json!(ben.id), &seq),
        "clamped to the newest message"
    );
    let own = bens.all_within(A_MOMENT).await;
    assert!(own.iter().all(|frame| frame["type"] != "typing"), "{own:?}");
    bens.bye().await;
    let went = anns.find("presence").await;
    assert_eq!(
        (&went["user_id"], &went["online"]),
        (&json!(ben.id), &json!(false))
    );
    let (_bens, hello) = Socket::chat(&there, &ben, &room, "").await;
    assert_eq!(member(&hello, &ben)["read_seq"], seq);
}

#[tokio::test]
async fn what_was_read_right_before_the_last_socket_closed_is_read() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let there = world.another_gateway().await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    let mut newest = Value::Null;
    for text in ["One.", "Two."] {
        newest = world.say(&ann, &room, text).await.expect(201)["seq"].clone();
        bens.find("message").await;
        bens.send(&json!({ "type": "read", "seq": newest })).await;
    }
    bens.bye().await;
    tokio::time::sleep(A_MOMENT).await;
    let (_bens, hello) = Socket::chat(world.client(), &ben, &room, "").await;
    assert_eq!(member(&hello, &ben)["read_seq"], newest);
}

#[tokio::test]
async fn the_same_client_id_is_one_message() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(world.client(), &ben, &room, "").await;
    let client_id = Uuid::now_v7();
    let send = |resend: bool| json!({ "type": "send", "client_id": client_id, "text": "once", "resend": resend });
    let mut acks = Vec::new();
    for resend in [false, false, true] {
        anns.send(&send(resend)).await;
        acks.push(anns.find("ack").await);
    }
    assert!(acks.iter().all(|ack| ack == &acks[0]), "{acks:?}");
    let messages = bens.all_within(A_MOMENT).await;
    assert_eq!(
        messages
            .iter()
            .filter(|frame| frame["type"] == "message")
            .count(),
        1
    );
}

#[tokio::test]
async fn messages_of_a_socket_keep_their_order() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(world.client(), &ben, &room, "").await;
    for n in 0..100 {
        anns.say(&n.to_string()).await;
    }
    for n in 0..100 {
        assert_eq!(bens.find("message").await["text"], json!(n.to_string()));
    }
    let mut before = 0;
    for _ in 0..100 {
        let seq = anns.find("ack").await["seq"].as_u64().unwrap();
        assert!(seq > before);
        before = seq;
    }
}

#[tokio::test]
async fn an_ended_room_says_so_and_lets_nobody_back() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let (anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (bens, _) = Socket::chat(&world.another_gateway().await, &ben, &room, "").await;
    world
        .post(&ann, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    for mut socket in [anns, bens] {
        let (frames, code) = socket.until_closed().await;
        let last = frames.last().unwrap();
        assert_eq!(
            (&last["type"], &last["state"], &last["reason"]),
            (&json!("room"), &json!("ended"), &json!("left"))
        );
        assert_eq!(code, 4005);
    }
    let (mut again, hello) = Socket::chat(world.client(), &ben, &room, "").await;
    assert_eq!(hello["room"]["state"], "ended");
    assert_eq!(again.until_closed().await, (vec![], 4005));
}

#[tokio::test]
async fn the_countdown_is_told_once_to_both() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(&world.another_gateway().await, &ben, &room, "").await;
    let started = world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    for socket in [&mut anns, &mut bens] {
        let told = socket.find("room").await;
        assert_eq!(
            (&told["state"], &told["ends_at"]),
            (&json!("countdown"), &started["ends_at"])
        );
        let more = socket.all_within(A_MOMENT).await;
        assert!(more.iter().all(|frame| frame["type"] != "room"), "{more:?}");
    }
}

#[tokio::test]
async fn open_sockets_go_on_after_the_broker_was_killed() {
    let mut world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let there = world.another_gateway().await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    anns.say("before").await;
    anns.find("ack").await;
    world.nats.kill9_and_restart().await;
    anns.say("after").await;
    anns.find("ack").await;
    assert_eq!(bens.find("message").await["text"], "before");
    assert_eq!(bens.find("message").await["text"], "after");
    world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    assert_eq!(bens.find("room").await["state"], "countdown");
}

/// Without workers nothing waits for the database: the room is usable by its id at once.
pub async fn two_in_a_room(world: &World) -> (Person, Person, String) {
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let pair = domain::pair::PairKey::of(ann.id.parse().unwrap(), ben.id.parse().unwrap()).unwrap();
    let timing = domain::room::Timing {
        countdown_ms: 300_000,
        notification_ms: 30_000,
        no_show_ms: 30_000,
        extension_ms: 20_000,
        extensions_max: 10,
    };
    let opened = world
        .broker
        .open_room(pair, domain::RoomId(Uuid::now_v7()), timing)
        .await
        .unwrap();
    (ann, ben, opened.room.id.to_string())
}

pub fn texts(messages: &Value) -> Vec<&str> {
    messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

fn member<'a>(hello: &'a Value, person: &Person) -> &'a Value {
    let members = hello["room"]["members"].as_array().unwrap();
    members
        .iter()
        .find(|member| member["id"] == json!(person.id))
        .unwrap()
}
