//! Files go when nobody may have them any more, and not before.

mod avatars;
mod gone;
mod owned;
mod reported;
mod unsent;

use std::sync::Arc;

use contract::message::{Attachment, StoredMessage};
use domain::{FileId, RoomId, UserId, pair::PairKey, room::Input};
use entities::file;
use futures_util::TryStreamExt;
use sea_orm::EntityTrait;
use storage::Key;
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user};

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

pub(crate) use in_both_storages;

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
        learned_reset_at: None,
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

/// One of the two leaves, and so the room is not kept.
async fn end(ground: &Ground, talk: &Talk) {
    let leave = Input::Leave { by: talk.ada };
    ground
        .broker
        .change_room(talk.room, leave, None)
        .await
        .unwrap();
}
