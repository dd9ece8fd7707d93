//! What a bucket is asked, as it comes over the line.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    time::timeout,
};
use webchat_storage::{PART_BYTES, Storage};

use crate::{
    front::behind,
    promises::{bytes_of, upload},
    settings_of,
    trouble::{SOON, a_key},
};

/// The heads of requests.
type Heads = Arc<Mutex<Vec<String>>>;

/// A storage in a fresh bucket, and what the bucket is asked.
async fn listened_to() -> (Storage, Heads) {
    let heads = Heads::default();
    let heard = Arc::clone(&heads);
    let storage = behind(move |head| {
        heard.lock().unwrap().push(head.to_owned());
        None
    });
    (storage.await, heads)
}

fn count(heads: &Heads, is_one: impl Fn(&str) -> bool) -> usize {
    let heads = heads.lock().unwrap();
    let lines = heads.iter().filter_map(|head| head.lines().next());
    lines.filter(|line| is_one(line)).count()
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

#[tokio::test]
async fn it_is_asked_for_the_bucket_below_the_prefix_with_a_signature_of_the_region() {
    let (storage, heads) = listened_to().await;
    storage.put(&a_key(), "some words".into()).await.unwrap();
    let heads = heads.lock().unwrap();
    let [head] = &heads[..] else {
        panic!("one request: {heads:?}");
    };
    assert!(head.starts_with("PUT /webchat-"), "{head}");
    assert!(head.contains("/chat/files/"), "{head}");
    let signature = header(head, "authorization").unwrap();
    assert!(
        signature.starts_with("AWS4-HMAC-SHA256 Credential=test/"),
        "{signature}"
    );
    assert!(
        signature.contains("/eu-central-1/s3/aws4_request"),
        "{signature}"
    );
}

#[tokio::test]
async fn an_upload_goes_at_once_up_to_8_mb_and_beyond_that_in_parts() {
    let (storage, heads) = listened_to().await;
    for (length, parts) in [(PART_BYTES, 0), (PART_BYTES + 1, 2)] {
        heads.lock().unwrap().clear();
        upload(&storage, &a_key(), &bytes_of(length)).await;
        let puts = count(&heads, |line| line.starts_with("PUT "));
        assert_eq!(puts, parts.max(1), "{length}");
        let of_parts = |line: &str| line.starts_with("PUT ") && line.contains("partNumber=");
        assert_eq!(count(&heads, of_parts), parts, "{length}");
        let begun = |line: &str| line.starts_with("POST ") && line.contains("?uploads");
        assert_eq!(count(&heads, begun), parts / 2, "{length}");
        let completed = |line: &str| line.starts_with("POST ") && line.contains("uploadId=");
        assert_eq!(count(&heads, completed), parts / 2, "{length}");
    }
}

#[tokio::test]
async fn the_bucket_is_part_of_the_hosts_name_where_that_is_asked_for() {
    bootstrap::install_crypto_provider();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // A name of which nobody has to be asked where it is: the bucket "127" of the service "0.0.1", and the same written out.
    for host in ["0.0.1", "127.0.0.1"] {
        let settings = settings_of(&[
            ("STORAGE_URL", "s3://127/chat".to_owned()),
            (
                "WEBCHAT__STORAGE__ENDPOINT",
                format!("http://{host}:{port}"),
            ),
            ("WEBCHAT__STORAGE__VIRTUAL_HOSTED_STYLE", "true".to_owned()),
        ]);
        let environment = [
            ("AWS_ACCESS_KEY_ID", "somebody"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "for an hour"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let storage = Storage::open_with(&settings, environment).unwrap();
        let key = a_key();
        let asked = timeout(SOON, take_one(&listener));
        let (stored, head) = tokio::join!(storage.put(&key, "x".into()), asked);
        let head = head.expect("the bucket is asked");
        stored.unwrap();
        assert!(head.starts_with("PUT /chat/files/"), "{host}: {head}");
        let expected = format!("127.0.0.1:{port}");
        assert_eq!(header(&head, "host"), Some(&*expected), "{head}");
        assert_eq!(header(&head, "x-amz-security-token"), Some("for an hour"));
    }
}

/// Answers one request as a bucket does that has stored it. Returns its head.
async fn take_one(listener: &TcpListener) -> String {
    let (connection, _) = listener.accept().await.unwrap();
    let mut connection = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = connection.read_line(&mut head).await.unwrap();
        assert_ne!(read, 0, "{head}");
    }
    let length = header(&head, "content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.unwrap();
    let answer = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    connection.write_all(answer.as_bytes()).await.unwrap();
    head
}
