//! `webchat rebuild` and files: what was sent with a message is with it again, and what was removed stays away.

use std::fs;

use contract::{message::Message, streams::CHAT, subjects};
use serde_json::{Value, json};
use uuid::Uuid;
use webchat_tests::{pictures, postgres::Postgres};

use crate::{
    archive::assert_same,
    client::Person,
    eventually,
    rebuild::{QUIET, rebuild, succeeded},
    request::http,
    roles::Roles,
    town::Town,
    uploads::upload,
};

#[tokio::test]
async fn messages_have_their_files_again_on_sqlite() {
    messages_have_their_files_again(Roles::start(&[QUIET]).await).await;
}

#[tokio::test]
async fn messages_have_their_files_again_on_postgresql() {
    let database = Postgres::shared().fresh_database();
    messages_have_their_files_again(Roles::start(&[QUIET, ("DATABASE_URL", &database)]).await)
        .await;
}

async fn messages_have_their_files_again(roles: Roles) {
    let town = Town::of(&roles).await;
    let (archive, ada) = (&town.archive, &town.ada);
    let picture = send_file(&town, "photo.png", pictures::png(40, 30, 30)).await;
    let words = send_file(&town, "words.txt", b"some words".to_vec()).await;
    upload(ada, town.open, "unsent.txt", b"never sent".to_vec())
        .await
        .expect::<Value>(201);
    archive.until_all_is_stored().await;
    let before = archive.rows().await;
    let attached = archive.count("files WHERE message_id IS NOT NULL").await;
    assert_eq!((attached, archive.count("files").await), (2, 3));

    for damage in [
        format!("DELETE FROM messages WHERE seq = {}", picture.seq),
        format!(
            "UPDATE messages SET attachments = '[]' WHERE seq = {}",
            words.seq
        ),
        "UPDATE files SET message_id = NULL WHERE message_id IS NOT NULL".to_owned(),
    ] {
        archive.sql(&damage).await;
    }
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);

    let history = town.ben.history(town.open).await;
    for sent in [&picture, &words] {
        let read = history.iter().find(|message| message.seq == sent.seq);
        let read = &read.expect("it is in the history").attachments;
        assert_eq!((read.len(), read[0].id), (1, sent.attachments[0].id));
        assert_eq!(status(&town.ben, &read[0].url).await, 200);
    }
}

#[tokio::test]
async fn removed_files_do_not_come_back() {
    let roles = Roles::start(&[QUIET, ("WEBCHAT__RETENTION__ENDED_ROOM_SECS", "1")]).await;
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    let sent = send_file(&town, "words.txt", b"some words".to_vec()).await;
    archive.until_all_is_stored().await;
    assert_eq!(objects(&roles), 1);
    let chat = subjects::chat(town.open);
    let in_stream = archive.broker.replay(&CHAT, &chat, sent.seq, 1).await;
    let message = in_stream.unwrap().remove(0).payload;
    town.ada
        .order(&format!("/chat/rooms/{}/leave", town.open))
        .await;
    let is_gone = async || {
        let said = archive.said_in(town.open).await;
        let rows = archive.count("files").await;
        let remains = archive.count("expiries WHERE has_remains").await;
        (said == 0 && rows == 0 && remains == 0 && objects(&roles) == 0).then_some(())
    };
    eventually("the room's messages and files are gone", is_gone).await;
    archive.until_all_is_stored().await;
    let before = archive.rows().await;

    // An older copy of the broker has the message still.
    let again = broker::Publish::new(chat, message);
    archive.broker.publish(again).await.unwrap();
    archive.sql("DELETE FROM rooms").await;
    archive.until_all_is_stored().await;
    succeeded(&rebuild(&roles).await);
    eventually("nothing came back", is_gone).await;
    assert_same(&archive.rows().await, &before);
    let url = format!("/files/{}", sent.attachments[0].id);
    assert_eq!(status(&town.ada, &url).await, 404);
}

/// Ada sends Ben a file without words.
async fn send_file(town: &Town, name: &str, content: Vec<u8>) -> Message {
    let uploaded = upload(&town.ada, town.open, name, content).await;
    let uploaded: Value = uploaded.expect(201);
    let form = json!({
        "client_id": Uuid::now_v7(),
        "text": "",
        "attachment_ids": [uploaded["id"]],
    });
    let path = format!("/chat/rooms/{}/messages", town.open);
    town.ada.post(&path, form).await.expect(201)
}

async fn status(person: &Person, path: &str) -> u16 {
    let request = http()
        .get(format!("{}{path}", person.url()))
        .header("authorization", format!("Bearer {}", person.token));
    request.send().await.unwrap().status().as_u16()
}

/// How many objects the folder of files has.
fn objects(roles: &Roles) -> usize {
    let folder = roles.folder().join("data/files/files");
    fs::read_dir(folder).map_or(0, Iterator::count)
}
