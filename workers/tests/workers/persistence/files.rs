//! Files go when nobody may have them any more, and not before.

use std::sync::Arc;

use contract::{
    consumers::PERSISTENCE_CHAT,
    message::{Attachment, StoredMessage},
    streams::CHAT,
};
use domain::{FileId, RoomId, UserId, pair::PairKey, room::Input};
use entities::{deletion, file, message, report};
use futures_util::TryStreamExt;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use storage::Key;
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user, report_of, until};

/// Makes two tests of each body: with SQLite and a folder, and with PostgreSQL and a bucket.
macro_rules! in_both_storages {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::persistence::Ground;

            #[tokio::test(flavor = "multi_thread")]
            async fn folder() {
                super::$body(Ground::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn bucket() {
                super::$body(Ground::on_postgres_and_s3().await).await;
            }
        }
    )+};
}

in_both_storages!(
    a_file_that_was_not_sent_goes_and_one_that_was_sent_stays,
    what_an_upload_left_that_broke_off_goes,
    files_go_with_the_messages_of_a_room_that_was_not_kept,
    a_deleted_users_files_go_and_the_others_stay,
    an_open_report_freezes_the_files_of_its_room,
    a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next,
    a_message_that_waits_for_a_worker_keeps_its_files,
);

struct Talk {
    room: RoomId,
    ada: UserId,
    ben: UserId,
}

async fn talk(ground: &Ground) -> Talk {
    let (ada, ben) = (a_user(), a_user());
    let (key, room) = (PairKey::of(ada, ben).unwrap(), RoomId(Uuid::now_v7()));
    ground.broker.open_room(key, room, TIMING).await.unwrap();
    Talk { room, ada, ben }
}

/// Uploads a picture as a gateway does.
async fn upload(ground: &Ground, room: RoomId, owner: UserId) -> FileId {
    let id = FileId(Uuid::now_v7());
    let storage = ground.storage();
    for key in [Key::file(id), Key::thumbnail(id)] {
        storage.put(&key, "a picture".into()).await.unwrap();
    }
    let row = file::Model {
        id: id.0,
        room_id: room.0,
        owner_id: owner.0,
        kind: "image".to_owned(),
        name: "photo.jpg".to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: 9,
        width: Some(1),
        height: Some(1),
        thumbnail_type: Some("image/jpeg".to_owned()),
        thumbnail_bytes: Some(9),
        placeholder: None,
        created_at: ground.broker.clock().now().0,
        client_id: None,
        claimed_at: None,
        message_id: None,
        removed_at: None,
    };
    file::Entity::add(&ground.database.write, row)
        .await
        .unwrap();
    id
}

/// Sends a message with a file, which nobody has claimed: that is the gateways' business.
async fn send(ground: &Ground, room: RoomId, sender: UserId, id: FileId) -> StoredMessage {
    let message = StoredMessage {
        attachments: vec![Attachment {
            id,
            kind: "image".to_owned(),
            name: "photo.jpg".to_owned(),
            content_type: "image/jpeg".to_owned(),
            size_bytes: 9,
            width: Some(1),
            height: Some(1),
            placeholder: None,
            thumbnail_url: Some(format!("/files/{id}/thumbnail")),
            url: format!("/files/{id}"),
        }],
        ..a_message(room, sender, "")
    };
    ground.send(&message).await;
    message
}

async fn upload_and_send(ground: &Ground, talk: &Talk, owner: UserId) -> FileId {
    let id = upload(ground, talk.room, owner).await;
    send(ground, talk.room, owner, id).await;
    id
}

async fn row(ground: &Ground, id: FileId) -> Option<file::Model> {
    let row = file::Entity::find_by_id(id.0);
    row.one(&ground.database.read).await.unwrap()
}

/// How many objects the storage has of these files.
async fn objects(ground: &Ground, files: &[FileId]) -> usize {
    let found: Vec<_> = ground.storage().files().try_collect().await.unwrap();
    let of = |found: &&storage::Found| found.key.file_id().is_some_and(|id| files.contains(&id));
    found.iter().filter(of).count()
}

async fn is_gone(ground: &Ground, id: FileId) -> bool {
    row(ground, id).await.is_none() && objects(ground, &[id]).await == 0
}

async fn is_whole(ground: &Ground, id: FileId) -> bool {
    let row = row(ground, id).await;
    row.is_some_and(|row| row.removed_at.is_none()) && objects(ground, &[id]).await == 2
}

fn keep_unsent_for(ground: &mut Ground, secs: u64) {
    Arc::get_mut(&mut ground.settings)
        .unwrap()
        .retention
        .unsent_file_secs = secs;
}

fn expire_after_a_second(ground: &mut Ground) {
    Arc::get_mut(&mut ground.settings)
        .unwrap()
        .retention
        .ended_room_secs = 1;
}

async fn delete(ground: &Ground, user: UserId) {
    use entities::user;
    let account = user::Model {
        id: user.0,
        username: user.to_string(),
        username_key: user.to_string(),
        password_hash: "x".to_owned(),
        date_of_birth: "1990-05-17".to_owned(),
        display_name: "Ada".to_owned(),
        created_at: 1,
        deleted_at: None,
    };
    let account = user::ActiveModel::from(account);
    let inserted = user::Entity::insert(account).exec_without_returning(&ground.database.write);
    inserted.await.unwrap();
    let transaction = ground.database.begin_write().await.unwrap();
    let now = ground.broker.clock().now().0;
    assert!(
        user::Entity::erase(&transaction, user.0, now)
            .await
            .unwrap()
    );
    transaction.commit().await.unwrap();
}

async fn a_file_that_was_not_sent_goes_and_one_that_was_sent_stays(mut ground: Ground) {
    keep_unsent_for(&mut ground, 2);
    let talk = talk(&ground).await;
    let forgotten = upload(&ground, talk.room, talk.ada).await;
    let sent = upload(&ground, talk.room, talk.ada).await;
    let message = send(&ground, talk.room, talk.ada, sent).await;
    let worker = ground.worker().await;
    until("the file that was not sent is gone", async || {
        is_gone(&ground, forgotten).await
    })
    .await;
    assert!(is_whole(&ground, sent).await);
    assert_eq!(
        row(&ground, sent).await.unwrap().message_id,
        Some(message.id.0)
    );
    let stored = message::Entity::in_room(talk.room.0);
    let stored = stored.one(&ground.database.read).await.unwrap().unwrap();
    assert_eq!(
        stored.attachments,
        serde_json::to_value(&message.attachments).unwrap()
    );
    worker.stop().await;
}

async fn what_an_upload_left_that_broke_off_goes(mut ground: Ground) {
    keep_unsent_for(&mut ground, 2);
    let talk = talk(&ground).await;
    let sent = upload_and_send(&ground, &talk, talk.ada).await;
    let orphan = FileId(Uuid::now_v7());
    ground
        .storage()
        .put(&Key::file(orphan), "an object without a row".into())
        .await
        .unwrap();
    let worker = ground.worker().await;
    until("the object is gone", async || {
        objects(&ground, &[orphan]).await == 0
    })
    .await;
    assert!(is_whole(&ground, sent).await);
    worker.stop().await;
}

async fn files_go_with_the_messages_of_a_room_that_was_not_kept(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let (ended, open) = (talk(&ground).await, talk(&ground).await);
    let gone = [
        upload_and_send(&ground, &ended, ended.ada).await,
        upload_and_send(&ground, &ended, ended.ben).await,
    ];
    let stays = upload_and_send(&ground, &open, open.ada).await;
    let leave = Input::Leave { by: ended.ada };
    ground
        .broker
        .change_room(ended.room, leave, None)
        .await
        .unwrap();
    let worker = ground.worker().await;
    until("the files of the ended room are gone", async || {
        is_gone(&ground, gone[0]).await && is_gone(&ground, gone[1]).await
    })
    .await;
    ground.until_done(PERSISTENCE_CHAT).await;
    assert!(is_whole(&ground, stays).await);
    worker.stop().await;
}

async fn a_deleted_users_files_go_and_the_others_stay(ground: Ground) {
    let talk = talk(&ground).await;
    let sent = upload_and_send(&ground, &talk, talk.ada).await;
    let unsent = upload(&ground, talk.room, talk.ada).await;
    let of_ben = upload_and_send(&ground, &talk, talk.ben).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    delete(&ground, talk.ada).await;
    until("nothing of the user is left to be removed", async || {
        let noted = deletion::Entity::find_by_id(talk.ada.0);
        noted.one(&ground.database.read).await.unwrap().is_none()
    })
    .await;
    for file in [sent, unsent] {
        assert!(is_gone(&ground, file).await, "before the note of it is");
    }
    assert!(is_whole(&ground, of_ben).await);
    worker.stop().await;
}

async fn an_open_report_freezes_the_files_of_its_room(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let (reported, other) = (talk(&ground).await, talk(&ground).await);
    let evidence = upload_and_send(&ground, &reported, reported.ada).await;
    let elsewhere = upload_and_send(&ground, &other, other.ada).await;
    let report = report_of(reported.room, reported.ben, reported.ada);
    report::Entity::file(&ground.database.write, report.clone(), Vec::new())
        .await
        .unwrap();
    for talk in [&reported, &other] {
        let leave = Input::Leave { by: talk.ada };
        ground
            .broker
            .change_room(talk.room, leave, None)
            .await
            .unwrap();
    }
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    delete(&ground, reported.ada).await;
    until(
        "the user's account is removed, but for what is held",
        async || {
            let note = deletion::Entity::find_by_id(reported.ada.0);
            let note = note.one(&ground.database.read).await.unwrap();
            note.is_some_and(|note| note.held)
        },
    )
    .await;
    until("the files of the other room are gone", async || {
        is_gone(&ground, elsewhere).await
    })
    .await;
    assert!(is_whole(&ground, evidence).await);
    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("dismissed"))
        .filter(report::Column::Id.eq(report.id));
    closed.exec(&ground.database.write).await.unwrap();
    until("the evidence is gone", async || {
        is_gone(&ground, evidence).await
    })
    .await;
    worker.stop().await;
}

async fn a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let ended = talk(&ground).await;
    let mut files = Vec::new();
    for _ in 0..8 {
        files.push(upload_and_send(&ground, &ended, ended.ada).await);
    }
    let leave = Input::Leave { by: ended.ada };
    ground
        .broker
        .change_room(ended.room, leave, None)
        .await
        .unwrap();
    for millis in [500, 600, 700, 800] {
        let worker = ground.worker().await;
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
        worker.kill().await;
    }
    let (one, other) = (ground.worker().await, ground.worker().await);
    until("all files are gone", async || {
        let rows = file::Entity::find()
            .all(&ground.database.read)
            .await
            .unwrap();
        rows.is_empty() && objects(&ground, &files).await == 0
    })
    .await;
    one.stop().await;
    other.stop().await;
}

async fn a_message_that_waits_for_a_worker_keeps_its_files(mut ground: Ground) {
    keep_unsent_for(&mut ground, 1);
    let talk = talk(&ground).await;
    let forgotten = upload(&ground, talk.room, talk.ada).await;
    let sent = upload_and_send(&ground, &talk, talk.ada).await;
    // Its time is over before a worker comes.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let worker = ground.worker().await;
    until("the file that was not sent is gone", async || {
        is_gone(&ground, forgotten).await
    })
    .await;
    assert!(is_whole(&ground, sent).await);
    assert!(ground.broker.stream_state(&CHAT).await.unwrap().last_seq > 0);
    worker.stop().await;
}
