//! Files that are sent with messages.

use serde_json::{Value, json};
use uuid::Uuid;
use webchat_tests::pictures;

use super::in_both_storages;
use crate::{
    socket::Socket,
    world::{Person, World},
};

in_both_storages!(a_message_brings_its_files_to_everybody_wherever_it_is_read);

async fn a_file(world: &World, person: &Person, room: &str) -> Value {
    world
        .upload(person, room, "a.txt", b"words")
        .await
        .expect(201)
}

/// The attachment without its links, which are others every second.
fn bare(file: &Value) -> Value {
    let mut file = file.clone();
    for link in ["url", "thumbnail_url"] {
        if let Some(link) = file.get_mut(link) {
            let path = link.as_str().unwrap().split_once('?').unwrap().0;
            *link = json!(path);
        }
    }
    file
}

fn all_bare(message: &Value) -> Vec<Value> {
    message["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(bare)
        .collect()
}

async fn a_message_brings_its_files_to_everybody_wherever_it_is_read(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let there = world.another_gateway().await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    let (mut notices, _) = Socket::notifications(&there, &ben).await;
    let picture = pictures::png(8, 8, 8);
    let picture = world
        .upload(&ann, &room, "a.png", &picture)
        .await
        .expect(201);
    let words = a_file(&world, &ann, &room).await;
    let files = [&words["id"], &picture["id"]];
    let sent = world.send_files(&ann, &room, "", &files).await.expect(201);
    let expected = [bare(&words), bare(&picture)];
    assert_eq!(all_bare(&sent), expected, "in the order of the sender");

    let live = bens.find("message").await;
    let told = notices.find("unread").await["last_message"].clone();
    bens.send(&json!({ "type": "history" })).await;
    let asked = bens.find("history").await["items"][0].clone();
    let path = format!("/chat/rooms/{room}/messages");
    let read = world.get(&ben, &path).await.expect(200)["items"][0].clone();
    let list = world.get(&ben, "/chat/rooms").await.expect(200);
    let listed = list["items"][0]["last_message"].clone();
    let (_, hello) = Socket::notifications(&there, &ben).await;
    let greeted = hello["rooms"][0]["last_message"].clone();
    let (mut resumed, _) = {
        let (_, hello) = Socket::chat(world.client(), &ben, &room, "").await;
        let query = format!("?after=0&epoch={}", hello["epoch"].as_str().unwrap());
        Socket::chat(world.client(), &ben, &room, &query).await
    };
    let resumed = resumed.find("message").await;
    for message in [
        &sent, &live, &told, &asked, &read, &listed, &greeted, &resumed,
    ] {
        assert_eq!(all_bare(message), expected, "{message}");
        assert_eq!(message["id"], sent["id"]);
        for file in message["attachments"].as_array().unwrap() {
            let given = there.bytes("GET", file["url"].as_str().unwrap(), &[]).await;
            assert_eq!(given.status, 200, "its link is good: {file}");
        }
    }
}

#[tokio::test]
async fn a_socket_sends_files_too() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(world.client(), &ben, &room, "").await;
    let file = a_file(&world, &ann, &room).await;
    let client_id = Uuid::now_v7();
    let send = json!({ "type": "send", "client_id": client_id, "text": "", "attachment_ids": [file["id"]] });
    anns.send(&send).await;
    let ack = anns.find("ack").await;
    let message = bens.find("message").await;
    assert_eq!(message["seq"], ack["seq"]);
    assert_eq!(all_bare(&message), [bare(&file)]);
    let (mine, unknown) = (a_file(&world, &ann, &room).await, Uuid::now_v7());
    let send = json!({ "type": "send", "client_id": Uuid::now_v7(), "text": "", "attachment_ids": [mine["id"], unknown] });
    anns.send(&send).await;
    let refused = anns.find("error").await;
    assert_eq!(refused["code"], "validation_failed");
    let fault = &refused["errors"][0];
    assert_eq!(fault["field"], "attachment_ids", "{refused}");
    assert_eq!(fault["code"], "unknown_file", "{refused}");
    assert_eq!(fault["values"], json!([unknown]), "{refused}");
}

#[tokio::test]
async fn a_sender_attaches_own_files_of_the_room_and_each_once() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    let elsewhere = world.open_room(&ann, &eve).await.expect(201);
    let elsewhere = elsewhere["id"].as_str().unwrap();
    let mine = a_file(&world, &ann, &room).await;
    let mine = &mine["id"];
    let of_ben = a_file(&world, &ben, &room).await;
    let of_another_room = a_file(&world, &ann, elsewhere).await;
    let unknown = json!(Uuid::now_v7());
    for files in [
        &[mine, &of_ben["id"]][..],
        &[mine, &of_another_room["id"]],
        &[mine, &unknown],
        &[&unknown],
    ] {
        let refused = world.send_files(&ann, &room, "look", files).await;
        refused.expect_fault("attachment_ids", "unknown_file");
        // Which of them it is: the last one, and not the one that could be had.
        let fault = &refused.json()["errors"][0];
        assert_eq!(fault["values"], json!([files[files.len() - 1]]));
    }
    let twice = world.send_files(&ann, &room, "look", &[mine, mine]).await;
    twice.expect_fault("attachment_ids", "duplicate");
    let many = vec![mine; 11];
    let many = world.send_files(&ann, &room, "look", &many).await;
    many.expect_fault("attachment_ids", "too_many");
    let nothing = world.send_files(&ann, &room, "", &[]).await;
    nothing.expect_fault("text", "too_short");
    // What was refused has taken nothing.
    world
        .send_files(&ann, &room, "look", &[mine])
        .await
        .expect(201);
    let again = world.send_files(&ann, &room, "look again", &[mine]).await;
    again.expect_fault("attachment_ids", "unknown_file");
}

#[tokio::test]
async fn two_messages_at_once_do_not_get_the_same_file_on_sqlite() {
    two_messages_at_once_do_not_get_the_same_file(World::start(&[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_at_once_do_not_get_the_same_file_on_postgresql() {
    two_messages_at_once_do_not_get_the_same_file(World::start_on_postgres(&[]).await).await;
}

async fn two_messages_at_once_do_not_get_the_same_file(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    for _ in 0..5 {
        let file = a_file(&world, &ann, &room).await;
        let sends = (0..4).map(|_| async {
            world
                .send_files(&ann, &room, "mine", &[&file["id"]])
                .await
                .status
        });
        let mut statuses = futures_util::future::join_all(sends).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422, 422, 422]);
    }
}

#[tokio::test]
async fn the_same_client_id_is_the_same_message_with_the_same_files() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let file = a_file(&world, &ann, &room).await;
    let path = format!("/chat/rooms/{room}/messages");
    let form =
        json!({ "client_id": Uuid::now_v7(), "text": "once", "attachment_ids": [file["id"]] });
    let first = world
        .ask(&ann, "POST", &path, Some(form.clone()))
        .await
        .expect(201);
    for _ in 0..2 {
        let again = world
            .ask(&ann, "POST", &path, Some(form.clone()))
            .await
            .expect(200);
        assert_eq!((&again["id"], &again["seq"]), (&first["id"], &first["seq"]));
        assert_eq!(all_bare(&again), [bare(&file)]);
    }
    let read = world.get(&ann, &path).await.expect(200);
    assert_eq!(read["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_report_keeps_has_no_links() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let file = a_file(&world, &ann, &room).await;
    world
        .send_files(&ann, &room, "", &[&file["id"]])
        .await
        .expect(201);
    let form = json!({ "reason": "spam", "room_id": room });
    let path = format!("/users/{}/report", ann.id);
    world.ask(&ben, "POST", &path, Some(form)).await.expect(201);
    let kept = {
        use sea_orm::EntityTrait;
        let kept = entities::report_evidence::Entity::find();
        kept.one(&world.database.read).await.unwrap().unwrap()
    };
    assert_eq!(kept.attachments, json!([bare(&file)]));
}
