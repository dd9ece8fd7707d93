//! Whole or not at all, and gone when it is removed.

use std::time::Duration;

use bytes::Bytes;
use domain::FileId;
use futures_util::{StreamExt, TryStreamExt};
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use webchat_storage::{Key, PART_BYTES, Storage};

use crate::{Ground, in_both_places};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

in_both_places!(
    what_was_written_in_pieces_is_read_whole_and_in_ranges,
    a_long_upload_goes_in_parts_and_is_whole,
    an_aborted_upload_leaves_nothing,
    removing_may_be_repeated,
    all_files_are_found_and_nothing_else,
    the_probe_says_that_it_works,
);

fn a_file() -> FileId {
    FileId(Uuid::now_v7())
}

/// Bytes of which no two parts are the same.
pub fn bytes_of(length: usize) -> Vec<u8> {
    let words =
        (0_u64..).flat_map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    words.take(length).collect()
}

async fn read(ground: &Ground, key: &Key, range: std::ops::Range<u64>) -> Option<Vec<u8>> {
    let stream = ground.storage.read(key, range).await.unwrap()?;
    let pieces: Vec<Bytes> = stream.try_collect().await.unwrap();
    Some(pieces.concat())
}

pub async fn upload(storage: &Storage, key: &Key, bytes: &[u8]) {
    let mut upload = storage.upload(key);
    for piece in bytes.chunks(60_000) {
        upload.write(piece).await.unwrap();
    }
    upload.finish().await.unwrap();
}

async fn what_was_written_in_pieces_is_read_whole_and_in_ranges(ground: Ground) {
    let key = Key::file(a_file());
    let bytes = bytes_of(200_000);
    upload(&ground.storage, &key, &bytes).await;
    assert_eq!(read(&ground, &key, 0..200_000).await.unwrap(), bytes);
    assert_eq!(read(&ground, &key, 0..1).await.unwrap(), bytes[..1]);
    assert_eq!(
        read(&ground, &key, 70_001..199_999).await.unwrap(),
        bytes[70_001..199_999]
    );
    assert_eq!(read(&ground, &Key::thumbnail(a_file()), 0..1).await, None);
}

async fn a_long_upload_goes_in_parts_and_is_whole(ground: Ground) {
    for length in [PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 12_345] {
        let key = Key::file(a_file());
        let bytes = bytes_of(length);
        upload(&ground.storage, &key, &bytes).await;
        let read = read(&ground, &key, 0..length as u64).await.unwrap();
        assert!(read == bytes, "{length} bytes come back as they went");
    }
    assert_eq!(ground.everything().len(), 3);
}

async fn an_aborted_upload_leaves_nothing(ground: Ground) {
    for length in [0, 100, PART_BYTES + 1] {
        let key = Key::file(a_file());
        let mut upload = ground.storage.upload(&key);
        upload.write(&bytes_of(length)).await.unwrap();
        upload.abort();
        assert_eq!(read(&ground, &key, 0..1).await, None);
    }
    let give_up = Instant::now() + PATIENCE;
    while !ground.everything().is_empty() && Instant::now() < give_up {
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ground.everything(), Vec::<String>::new());
    assert!(ground.storage.is_empty().await.unwrap());
}

async fn removing_may_be_repeated(ground: Ground) {
    let key = Key::file(a_file());
    ground.storage.put(&key, "some words".into()).await.unwrap();
    for _ in 0..3 {
        ground.storage.delete(&key).await.unwrap();
    }
    assert_eq!(read(&ground, &key, 0..1).await, None);
}

async fn all_files_are_found_and_nothing_else(ground: Ground) {
    let (one, other) = (a_file(), a_file());
    let mut keys = [Key::file(one), Key::thumbnail(one), Key::file(other)];
    for key in &keys {
        ground.storage.put(key, "x".into()).await.unwrap();
    }
    ground.storage.probe().await.unwrap();
    let found: Vec<_> = ground.storage.files().try_collect().await.unwrap();
    let mut found_keys: Vec<_> = found
        .iter()
        .map(|found| format!("{:?}", found.key))
        .collect();
    found_keys.sort();
    keys.sort_by_key(|key| format!("{key:?}"));
    assert_eq!(found_keys, keys.map(|key| format!("{key:?}")));
    let an_hour_ms = 3_600_000;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    for found in found {
        let age = i64::try_from(now.as_millis()).unwrap() - found.written_at;
        assert!(age.abs() < an_hour_ms, "it was written just now: {age}");
    }
}

async fn the_probe_says_that_it_works(ground: Ground) {
    for _ in 0..3 {
        ground.storage.probe().await.unwrap();
    }
    let mut files = Box::pin(ground.storage.files());
    assert!(files.next().await.is_none(), "it is no file of anybody");
}
