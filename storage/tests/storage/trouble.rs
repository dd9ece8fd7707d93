//! A storage that is away says so soon, and what a killed process left is swept.

use std::time::{Duration, Instant};

use domain::{FileId, UserId, avatar::AvatarLevel};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;
use webchat_storage::{Key, PART_BYTES, Storage};
use webchat_tests::{nats::free_port, s3::S3};

use crate::{Ground, Place, opened, settings_of};

/// What the contract lets a request take, with as much again for a busy machine.
pub const SOON: Duration = Duration::from_secs(20);

pub fn a_key() -> Key {
    Key::file(FileId(Uuid::now_v7()))
}

fn a_picture() -> Key {
    let user = UserId(Uuid::now_v7());
    Key::avatar(user, Uuid::now_v7(), AvatarLevel::Clear)
}

async fn everything_fails_soon(storage: &Storage) {
    let begun = Instant::now();
    storage.probe().await.unwrap_err();
    storage.put(&a_key(), "x".into()).await.unwrap_err();
    storage.delete(&a_key()).await.unwrap_err();
    assert!(
        storage.read(&a_key(), 0..1).await.is_err(),
        "not: nothing there"
    );
    let mut upload = storage.upload(&a_key());
    upload.write(&vec![7; PART_BYTES + 1]).await.unwrap_err();
    upload.abort();
    assert!(begun.elapsed() < 5 * SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_bucket_that_nobody_serves_is_away_and_not_empty() {
    bootstrap::install_crypto_provider();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let storage = opened(&[
        ("STORAGE_URL", "s3://bucket".to_owned()),
        ("WEBCHAT__STORAGE__ENDPOINT", nobody),
    ]);
    everything_fails_soon(&storage).await;
}

#[tokio::test]
async fn a_bucket_that_dies_in_the_middle_of_an_upload_makes_it_fail() {
    bootstrap::install_crypto_provider();
    let mut server = S3::start();
    let bucket = server.fresh_bucket();
    let storage = opened(&server.settings(&bucket));
    let mut upload = storage.upload(&a_key());
    upload.write(&vec![7; PART_BYTES + 1]).await.unwrap();
    server.kill9();
    upload.finish().await.unwrap_err();
    everything_fails_soon(&storage).await;
}

const A_HEAD_ALONE: &str = "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n\
     Content-Range: bytes 0-9/10\r\nETag: \"x\"\r\nLast-Modified: Sun, 22 Nov 2026 10:00:00 GMT\r\n\r\n";

/// A bucket that takes connections, and begins to answer at the most.
#[tokio::test]
async fn a_bucket_that_says_nothing_of_an_object_is_not_waited_for_as_long_as_a_request_lasts() {
    bootstrap::install_crypto_provider();
    for said in ["", A_HEAD_ALONE] {
        let storage = opened(&[
            ("STORAGE_URL", "s3://bucket".to_owned()),
            ("WEBCHAT__STORAGE__ENDPOINT", that_says_only(said).await),
        ]);
        let begun = Instant::now();
        let read = storage.read(&a_key(), 0..10).await;
        assert!(read.is_err(), "not: it is there, after {said:?}");
        if said.is_empty() {
            storage.get(&a_key()).await.unwrap_err();
        }
        // Twice six seconds, and the machine may be busy.
        assert!(begun.elapsed() < Duration::from_secs(25), "{said:?}");
    }
}

async fn that_says_only(said: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.write_all(said.as_bytes()).await.unwrap();
            held.push(connection);
        }
    });
    endpoint
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused_by_its_setting() {
    let url = "file:///proc/no-such-place/files".to_owned();
    let refused = Storage::open_with(&settings_of(&[("STORAGE_URL", url)]), []).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("storage.url (STORAGE_URL or ")
    );
}

#[tokio::test]
async fn what_a_killed_process_left_in_the_folder_is_swept_in_its_time() {
    let ground = Ground::in_a_folder();
    let Place::Folder(folder) = &ground.place else {
        panic!("a folder");
    };
    let (file, picture) = (a_key(), a_picture());
    for whole in [&file, &picture] {
        ground.storage.put(whole, "whole".into()).await.unwrap();
    }
    let [user, version] = [Uuid::now_v7(), Uuid::now_v7()];
    let avatar = folder.path().join(format!("avatars/{user}/{version}"));
    std::fs::create_dir_all(&avatar).unwrap();
    let left = [
        folder.path().join(format!("files/{}#1", Uuid::now_v7())),
        avatar.join("clear#1"),
    ];
    for path in &left {
        std::fs::write(path, "the beginning of an object").unwrap();
    }
    assert!(!ground.storage.is_empty().await.unwrap());

    assert_eq!(
        ground.storage.sweep_unfinished(0).await.unwrap(),
        0,
        "too young"
    );
    assert!(left.iter().all(|path| path.exists()));
    assert_eq!(ground.storage.sweep_unfinished(i64::MAX).await.unwrap(), 2);
    assert!(!left.iter().any(|path| path.exists()));
    assert!(!avatar.exists(), "nor is there a folder for nothing");
    assert_eq!(ground.everything().len(), 2, "the whole ones stay");
    for whole in [&file, &picture] {
        assert!(ground.storage.get(whole).await.unwrap().is_some());
        ground.storage.delete(whole).await.unwrap();
    }
    assert!(ground.storage.is_empty().await.unwrap());
}

/// What cannot be put in its place is let go of by the writer before anybody can abort it.
#[tokio::test]
async fn an_upload_that_cannot_be_completed_leaves_no_beginning_in_the_folder() {
    let ground = Ground::in_a_folder();
    let Place::Folder(folder) = &ground.place else {
        panic!("a folder");
    };
    let (key, other) = (a_key(), a_key());
    let place = folder.path().join(key.to_string());
    std::fs::create_dir_all(&place).unwrap();
    let mut upload = ground.storage.upload(&key);
    upload.write(&vec![7; PART_BYTES + 1]).await.unwrap();
    let mut under_way = ground.storage.upload(&other);
    under_way.write(&vec![7; PART_BYTES + 1]).await.unwrap();
    upload.finish().await.unwrap_err();
    ground.storage.aborted().await;
    under_way.finish().await.unwrap();
    std::fs::remove_dir(place).unwrap();
    let left: Vec<_> = std::fs::read_dir(folder.path().join("files"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(other.to_string().ends_with(&left[0]), "{left:?}");
}

#[tokio::test]
async fn folders_of_pictures_that_went_go_in_their_time() {
    let ground = Ground::in_a_folder();
    let Place::Folder(folder) = &ground.place else {
        panic!("a folder");
    };
    let avatars = folder.path().join("avatars");
    let [gone, stays] = [a_picture(), a_picture()];
    for key in [&gone, &stays] {
        ground.storage.put(key, "a picture".into()).await.unwrap();
    }
    ground.storage.delete(&gone).await.unwrap();
    let users = || std::fs::read_dir(&avatars).unwrap().count();
    ground.storage.sweep_unfinished(0).await.unwrap();
    assert_eq!(users(), 2, "somebody may be about to write there");
    ground.storage.sweep_unfinished(i64::MAX).await.unwrap();
    assert_eq!(users(), 1);
    assert!(ground.storage.get(&stays).await.unwrap().is_some());
    // Both ways of it: where a folder is left for the next picture, and where none is.
    ground.storage.put(&gone, "another".into()).await.unwrap();
    ground.storage.delete(&gone).await.unwrap();
    ground.storage.put(&gone, "another".into()).await.unwrap();
    assert!(ground.storage.get(&gone).await.unwrap().is_some());
}
