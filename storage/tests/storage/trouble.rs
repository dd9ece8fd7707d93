//! A storage that is away says so soon, and what a killed process left is swept.

use std::time::{Duration, Instant};

use domain::FileId;
use uuid::Uuid;
use webchat_storage::{Key, PART_BYTES, Storage};
use webchat_tests::{nats::free_port, s3::S3};

use crate::{Ground, Place, opened, settings_of};

/// What the contract lets a request take, with as much again for a busy machine.
const SOON: Duration = Duration::from_secs(20);

fn a_key() -> Key {
    Key::file(FileId(Uuid::now_v7()))
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
    upload.abort().await;
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
    let whole = a_key();
    ground.storage.put(&whole, "whole".into()).await.unwrap();
    let left = folder.path().join(format!("files/{}#1", Uuid::now_v7()));
    std::fs::write(&left, "the beginning of a file").unwrap();
    assert!(!ground.storage.is_empty().await.unwrap());

    assert_eq!(
        ground.storage.sweep_unfinished(0).await.unwrap(),
        0,
        "too young"
    );
    assert!(left.exists());
    assert_eq!(ground.storage.sweep_unfinished(i64::MAX).await.unwrap(), 1);
    assert!(!left.exists());
    assert_eq!(ground.everything().len(), 1, "the whole one stays");
    ground.storage.delete(&whole).await.unwrap();
    assert!(ground.storage.is_empty().await.unwrap());
}
