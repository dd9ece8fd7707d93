//! A bucket that some requests do not reach: a service in front of it answers them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use webchat_storage::{PART_BYTES, Storage};
use webchat_tests::s3::S3;

use crate::{
    opened,
    trouble::{SOON, a_key},
};

/// The status with which a request is answered that has this head; `None` where the bucket answers it.
type Answer = dyn Fn(&str) -> Option<&'static str> + Send + Sync;

#[tokio::test]
async fn a_service_that_does_not_remove_several_objects_at_once_will_do() {
    let storage = behind(|head| {
        let is_of_several = head.starts_with("POST") && head.contains("?delete");
        is_of_several.then_some("501 Not Implemented")
    });
    let (storage, key) = (storage.await, a_key());
    storage.put(&key, "some words".into()).await.unwrap();
    storage.delete(&key).await.unwrap();
    assert_eq!(storage.get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_bucket_that_is_busy_for_a_moment_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let storage = behind(move |_| {
        let is_busy = asked.fetch_add(1, Ordering::SeqCst) % 3 < 2;
        is_busy.then_some("503 Slow Down")
    });
    let (storage, key) = (storage.await, a_key());
    storage.put(&key, "some words".into()).await.unwrap();
    assert_eq!(storage.get(&key).await.unwrap().unwrap(), "some words");
    storage.delete(&key).await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_stays_busy_is_given_up_soon() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let storage = behind(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Some("503 Slow Down")
    });
    let storage = storage.await;
    let begun = Instant::now();
    storage
        .put(&a_key(), "some words".into())
        .await
        .unwrap_err();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(asked.load(Ordering::SeqCst), 3, "once, and two times again");
}

/// The bucket is away when the upload breaks off, and back later: nobody has to wait for its own rule.
#[tokio::test]
async fn what_an_upload_left_goes_when_the_bucket_is_back() {
    let bucket = S3::shared().fresh_bucket();
    let is_away = Arc::new(AtomicBool::new(false));
    let front = Arc::clone(&is_away);
    let storage = in_front_of(&bucket, move |_| {
        let is_away = front.load(Ordering::SeqCst);
        is_away.then_some("503 Slow Down")
    });
    let storage = storage.await;
    let has_parts = || S3::shared().unfinished(&bucket).contains("<Key>");
    let mut upload = storage.upload(&a_key());
    upload.write(&vec![7; PART_BYTES + 1]).await.unwrap();
    is_away.store(true, Ordering::SeqCst);
    upload.abort();
    storage.aborted().await;
    assert!(has_parts(), "nothing could be removed");
    is_away.store(false, Ordering::SeqCst);
    let give_up = Instant::now() + SOON;
    while has_parts() {
        assert!(Instant::now() < give_up, "nobody tried again");
        sleep(Duration::from_millis(50)).await;
    }
}

/// A storage in a fresh bucket behind such a service.
pub async fn behind(
    answer: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
) -> Storage {
    in_front_of(&S3::shared().fresh_bucket(), answer).await
}

/// A storage in this bucket behind such a service.
async fn in_front_of(
    bucket: &str,
    answer: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
) -> Storage {
    bootstrap::install_crypto_provider();
    let mut settings = S3::shared().settings(bucket);
    let bucket = S3::shared().endpoint();
    let bucket = bucket.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    settings.retain(|(name, _)| *name != "WEBCHAT__STORAGE__ENDPOINT");
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    settings.push(("WEBCHAT__STORAGE__ENDPOINT", endpoint));
    let answer: Arc<Answer> = Arc::new(answer);
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(near, bucket.clone(), Arc::clone(&answer)));
        }
    });
    opened(&settings)
}

/// One request of a connection, which ends then.
async fn serve(near: TcpStream, bucket: String, answer: Arc<Answer>) {
    let mut near = BufReader::new(near);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        // A client opens connections that it does not use.
        if near.read_line(&mut head).await.unwrap() == 0 {
            return;
        }
    }
    let length = head.lines().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then_some(value.trim())
    });
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    near.read_exact(&mut body).await.unwrap();
    if let Some(status) = answer(&head) {
        let refusal =
            format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        near.write_all(refusal.as_bytes()).await.unwrap();
        return;
    }
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut far = TcpStream::connect(bucket).await.unwrap();
    far.write_all(head.as_bytes()).await.unwrap();
    far.write_all(&body).await.unwrap();
    copy(&mut far, &mut near).await.unwrap();
}
