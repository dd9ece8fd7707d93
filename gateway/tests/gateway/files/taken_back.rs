//! What was uploaded and not sent can be taken back; what was sent stays.

use serde_json::json;
use uuid::Uuid;

use super::in_both_storages;
use crate::{
    avatars::picture,
    world::{Person, World},
};

in_both_storages!(an_upload_that_is_not_sent_can_be_taken_back);

async fn take_back(world: &World, person: &Person, id: &str) -> crate::world::Answer {
    let path = format!("/files/{id}");
    world.ask(person, "DELETE", &path, None).await
}

async fn an_upload_that_is_not_sent_can_be_taken_back(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let photo = picture(64, 90);
    let file = world.upload(&ann, &room, "me.png", &photo).await;
    let file = file.expect(201);
    let id = file["id"].as_str().unwrap();
    for (who, id) in [(&ben, id), (&ann, "nonsense")] {
        let refused = take_back(&world, who, id).await;
        refused.expect_problem(404, "file_not_found");
    }
    take_back(&world, &ann, id).await.expect(204);
    for url in [&file["url"], &file["thumbnail_url"]] {
        let gone = world.get(&ann, url.as_str().unwrap()).await;
        gone.expect_problem(404, "file_not_found");
    }
    let refused = world.send_files(&ann, &room, "look", &[&file["id"]]).await;
    refused.expect_problem(422, "validation_failed");
    let again = take_back(&world, &ann, id).await;
    again.expect_problem(404, "file_not_found");
    world.has_no_files().await;
}

#[tokio::test]
async fn what_is_taken_back_takes_no_space_at_once() {
    // Nobody is there who removes its object.
    let world = World::without_workers(&[("WEBCHAT__FILES__USER_QUOTA_BYTES", "1000")]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let file = world.upload(&ann, &room, "a.txt", &[b'a'; 900]).await;
    let file = file.expect(201);
    let refused = world.upload(&ann, &room, "b.txt", &[b'b'; 200]).await;
    refused.expect_problem(413, "quota_exceeded");
    let id = file["id"].as_str().unwrap();
    take_back(&world, &ann, id).await.expect(204);
    world
        .upload(&ann, &room, "b.txt", &[b'b'; 200])
        .await
        .expect(201);
}

#[tokio::test]
async fn a_file_that_was_sent_stays_with_its_message() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let file = world.upload(&ann, &room, "a.txt", b"words").await;
    let file = file.expect(201);
    world
        .send_files(&ann, &room, "read this", &[&file["id"]])
        .await
        .expect(201);
    let id = file["id"].as_str().unwrap();
    let refused = take_back(&world, &ann, id).await;
    refused.expect_problem(409, "file_sent");
    let given = world.get(&ben, &format!("/files/{id}")).await;
    assert_eq!((given.status, given.text.as_str()), (200, "words"));
}

#[tokio::test]
async fn of_a_send_and_a_taking_back_at_once_one_has_the_file_on_sqlite() {
    one_has_the_file(World::start(&[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_send_and_a_taking_back_at_once_one_has_the_file_on_postgresql() {
    one_has_the_file(World::start_on_postgres(&[]).await).await;
}

async fn one_has_the_file(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    for _ in 0..10 {
        let file = world.upload(&ann, &room, "a.txt", b"words").await;
        let file = file.expect(201);
        let id = file["id"].as_str().unwrap();
        let path = format!("/chat/rooms/{room}/messages");
        let form =
            json!({ "client_id": Uuid::now_v7(), "text": "", "attachment_ids": [file["id"]] });
        let (sent, taken) = tokio::join!(
            world.ask(&ann, "POST", &path, Some(form)),
            take_back(&world, &ann, id),
        );
        assert_eq!(
            sent.status == 201,
            taken.status == 409,
            "{} and {}",
            sent.text,
            taken.text
        );
    }
}
