//! What was uploaded and never sent goes, and what is on its way stays.

use broker::Publish;
use contract::{
    streams::{CHAT, DLQ},
    subjects,
};
use domain::FileId;
use entities::{file, file::Claim, message};
use storage::Key;
use uuid::Uuid;

use super::{
    in_both_storages, is_gone, is_whole, keep_unsent_for, objects, row, send, talk, upload,
    upload_and_send,
};
use crate::persistence::{Ground, until};

in_both_storages!(
    a_file_that_was_not_sent_goes_and_one_that_was_sent_stays,
    what_an_upload_left_that_broke_off_goes,
    a_message_that_waits_for_a_worker_keeps_its_files,
    a_message_that_was_given_up_keeps_its_files_until_its_letter_goes,
);

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

/// It may be mended and replayed, and has to find its files then.
async fn a_message_that_was_given_up_keeps_its_files_until_its_letter_goes(mut ground: Ground) {
    keep_unsent_for(&mut ground, 2);
    let talk = talk(&ground).await;
    let (taken, forgotten) = (
        upload(&ground, talk.room, talk.ada).await,
        upload(&ground, talk.room, talk.ada).await,
    );
    let claim = Claim {
        files: &[taken.0],
        room: talk.room.0,
        sender: talk.ada.0,
        client_id: Uuid::now_v7(),
        now: ground.broker.clock().now().0,
    };
    let claimed = file::Entity::claim(&ground.database.write, claim).await;
    assert_eq!(claimed.unwrap().len(), 1);
    let unreadable = Publish::new(subjects::chat(talk.room), "no message at all");
    ground.broker.publish(unreadable).await.unwrap();
    let worker = ground.worker().await;
    until("the file that was not sent is gone", async || {
        is_gone(&ground, forgotten).await
    })
    .await;
    // Another round, as it was taken a moment later.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(is_whole(&ground, taken).await);
    let letters = ground.broker.dead_letters(None, 1, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    let removed = ground.broker.delete_message(&DLQ, letters[0].seq).await;
    assert!(removed.unwrap());
    until("nothing holds it any more", async || {
        is_gone(&ground, taken).await
    })
    .await;
    worker.stop().await;
}
