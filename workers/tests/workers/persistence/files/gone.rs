//! Files go with their messages and their owners.

use std::path::PathBuf;

use contract::consumers::PERSISTENCE_CHAT;
use domain::FileId;
use entities::{deletion, file};
use sea_orm::EntityTrait;
use settings::StorageLocation;

use super::{
    delete, end, expire_after_a_second, in_both_storages, is_gone, is_whole, objects, row, talk,
    upload, upload_and_send,
};
use crate::persistence::{Ground, until};

in_both_storages!(
    files_go_with_the_messages_of_a_room_that_was_not_kept,
    a_deleted_users_files_go_and_the_others_stay,
    a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next,
);

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_cannot_be_removed_does_not_hold_up_those_behind_it() {
    let mut ground = Ground::on_sqlite().await;
    expire_after_a_second(&mut ground);
    let ended = talk(&ground).await;
    let before = upload_and_send(&ground, &ended, ended.ben).await;
    let stuck = upload_and_send(&ground, &ended, ended.ada).await;
    let after = upload_and_send(&ground, &ended, ended.ben).await;
    let object = jam(&ground, stuck);
    end(&ground, &ended).await;
    let worker = ground.worker().await;
    until("the files around it are gone", async || {
        is_gone(&ground, before).await && is_gone(&ground, after).await
    })
    .await;
    assert!(row(&ground, stuck).await.is_some(), "it is tried again");
    std::fs::remove_dir_all(&object).unwrap();
    until("that one is gone as well", async || {
        is_gone(&ground, stuck).await
    })
    .await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_as_a_round_has_do_not_hold_up_what_is_behind_them_either() {
    let ground = Ground::on_sqlite().await;
    let talk = talk(&ground).await;
    let mut stuck = Vec::new();
    for _ in 0..100 {
        let id = upload(&ground, talk.room, talk.ada).await;
        jam(&ground, id);
        stuck.push(id);
    }
    let behind = upload(&ground, talk.room, talk.ada).await;
    let now = ground.broker.clock().now().0;
    let removed = file::Entity::remove_in_room(&ground.database.write, talk.room.0, now);
    assert_eq!(removed.await.unwrap(), 101);
    let worker = ground.worker().await;
    until("the file behind them is gone", async || {
        is_gone(&ground, behind).await
    })
    .await;
    let last = stuck[99];
    assert!(row(&ground, last).await.is_some(), "it is tried again");
    let object = object(&ground, last);
    std::fs::remove_dir_all(&object).unwrap();
    until("one that can be removed again is gone", async || {
        is_gone(&ground, last).await
    })
    .await;
    worker.stop().await;
}

/// Where the object of a file is in a folder.
fn object(ground: &Ground, id: FileId) -> PathBuf {
    let StorageLocation::Folder(folder) = ground.settings.storage_location().unwrap() else {
        panic!("a folder");
    };
    folder.join(format!("files/{id}"))
}

/// Puts in its place what is no file, which cannot be removed as one.
fn jam(ground: &Ground, id: FileId) -> PathBuf {
    let object = object(ground, id);
    std::fs::remove_file(&object).unwrap();
    std::fs::create_dir_all(object.join("something")).unwrap();
    object
}

async fn files_go_with_the_messages_of_a_room_that_was_not_kept(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let (ended, open) = (talk(&ground).await, talk(&ground).await);
    let gone = [
        upload_and_send(&ground, &ended, ended.ada).await,
        upload_and_send(&ground, &ended, ended.ben).await,
    ];
    let stays = upload_and_send(&ground, &open, open.ada).await;
    end(&ground, &ended).await;
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

async fn a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let ended = talk(&ground).await;
    let mut files = Vec::new();
    for _ in 0..8 {
        files.push(upload_and_send(&ground, &ended, ended.ada).await);
    }
    end(&ground, &ended).await;
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
