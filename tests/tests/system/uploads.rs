//! Uploads into a real process: its disk, its death, its memory.

use std::{fs, path::PathBuf, time::Duration};

use domain::RoomId;
use reqwest::Method;
use serde_json::{Value, json};
use webchat_tests::{disk::seen_by, pictures, s3::S3};

use crate::{
    client::{PASSWORD, Person},
    eventually,
    full_disk::ALL_OF_IT,
    request::{Answer, http, send},
    roles::Roles,
    serve::Serve,
};

const DISK_MIB: u32 = 160;
const MIB: usize = 1024 * 1024;
/// As long as the gateway waits for one itself.
const LONGEST: Duration = Duration::from_secs(300);

/// Uploads a file into a room.
pub async fn upload(person: &Person, room: RoomId, name: &str, content: Vec<u8>) -> Answer {
    let path = format!("/chat/rooms/{room}/files");
    send_form(person, Method::POST, &path, name, &content).await
}

async fn put_avatar(person: &Person, picture: &[u8]) -> Answer {
    send_form(person, Method::PUT, "/users/me/avatar", "me.jpg", picture).await
}

async fn send_form(
    person: &Person,
    method: Method,
    path: &str,
    name: &str,
    content: &[u8],
) -> Answer {
    let edge = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=";
    let body = [
        format!("{edge}\"{name}\"\r\n\r\n").as_bytes(),
        content,
        b"\r\n--edge--\r\n",
    ]
    .concat();
    let request = http()
        .request(method, format!("{}{path}", person.url()))
        .header("content-type", "multipart/form-data; boundary=edge")
        .bearer_auth(&person.token)
        .timeout(LONGEST)
        .body(body);
    send(request).await
}

fn objects(folder: PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder of files");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn an_upload_that_the_disk_has_no_room_for_is_refused_and_leaves_nothing() {
    let mut web = Serve::start_on_small_disk(DISK_MIB, &[ALL_OF_IT]).await;
    let url = web.url();
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let kept: Value = upload(&ada, room, "small.bin", vec![1; MIB])
        .await
        .expect(201);
    let disk = web.disk();
    disk.fill();
    for length in [MIB, 20 * MIB] {
        let refused = upload(&ada, room, "large.bin", vec![2; length]).await;
        let said = (refused.status, refused.code());
        assert_eq!(said, (503, "storage_unavailable"), "{refused:?}");
        assert_eq!(refused.content_type, "application/problem+json");
    }
    // A small object may still find room where its row in SQL, on the same disk, finds none.
    let photo = pictures::jpeg(1_200, 900);
    for refused in [
        upload(&ada, room, "photo.jpg", photo.clone()).await,
        put_avatar(&ada, &photo).await,
    ] {
        assert_eq!(refused.status, 503, "{refused:?}");
        let code = refused.code();
        assert!(
            ["storage_unavailable", "unavailable"].contains(&code),
            "{refused:?}"
        );
        assert_eq!(refused.content_type, "application/problem+json");
    }
    disk.free();
    let folder = web.data_folder().join("files/files");
    let folder = seen_by(web.program().id(), &folder);
    let id = kept["id"].as_str().expect("an id");
    assert_eq!(objects(folder), [id.to_owned()], "the first one alone");
    eventually("uploads are taken again", async || {
        let again = upload(&ada, room, "large.bin", vec![2; 20 * MIB]).await;
        (again.status == 201).then_some(())
    })
    .await;
}

#[tokio::test]
async fn processes_keep_files_in_a_bucket_with_the_credentials_of_their_environment() {
    let server = S3::start();
    let bucket = server.fresh_bucket();
    let roles = Roles::start_with_bucket(&server, &bucket).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let words: Value = upload(&ada, room, "words.txt", b"words".to_vec())
        .await
        .expect(201);
    let photo = pictures::jpeg(600, 400);
    let photo: Value = upload(&ada, room, "photo.jpg", photo).await.expect(201);
    let id = |file: &Value| file["id"].as_str().expect("an id").to_owned();
    let objects = server.objects(&bucket);
    for file in [&words, &photo] {
        assert!(objects.contains(&id(file)), "{objects}");
    }
    let link = words["url"].as_str().expect("a link");
    let read = send(http().get(format!("{url}{link}"))).await;
    assert_eq!((read.status, &read.body), (200, &Value::from("words")));
    // Whoever deletes the account is another process than who stored the file.
    let gone = ada
        .delete("/users/me", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    eventually("her files leave the bucket", async || {
        let objects = server.objects(&bucket);
        let is_gone = [&words, &photo]
            .iter()
            .all(|file| !objects.contains(&id(file)));
        is_gone.then_some(())
    })
    .await;
}

const FILES: u64 = 8;

/// What the process had in memory at the most, in MiB, since it was reset.
pub fn peak_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).expect("VmHWM") / 1024
}

/// The peak of the process from now on.
pub fn reset_peak(pid: u32) {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("the peak can be reset");
}

#[tokio::test]
async fn forms_that_say_without_end_what_comes_take_no_memory() {
    let roles = Roles::start(&[("WEBCHAT__LIMITS__ENABLED", "false")]).await;
    let url = roles.url("gateway");
    let gateway = roles.process_id("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let before = peak_mib(gateway);
    reset_peak(gateway);
    let name = "a".repeat(48 * MIB);
    let uploads = (0..4).map(|_| upload(&ada, room, &name, b"words".to_vec()));
    for refused in futures_util::future::join_all(uploads).await {
        assert_eq!(
            (refused.status, refused.code()),
            (413, "payload_too_large"),
            "{refused:?}"
        );
    }
    let peak = peak_mib(gateway);
    assert!(peak < before + 40, "{peak} MiB of {before} before");
}

#[tokio::test]
#[ignore = "slow: make test-long"]
async fn uploads_need_little_memory_however_large_and_many_they_are() {
    let roles = Roles::start(&[("WEBCHAT__LIMITS__ENABLED", "false")]).await;
    let url = roles.url("gateway");
    let gateway = roles.process_id("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let before = peak_mib(gateway);
    reset_peak(gateway);
    let uploads = (0..FILES).map(|_| upload(&ada, room, "long.bin", vec![7; 25 * MIB]));
    for taken in futures_util::future::join_all(uploads).await {
        assert_eq!(taken.status, 201, "{taken:?}");
    }
    let files = peak_mib(gateway);

    let picture = pictures::jpeg(4_000, 3_000);
    reset_peak(gateway);
    let begun = std::time::Instant::now();
    // One person has no more places than half of that.
    let uploads = [&ada, &ben]
        .repeat(10)
        .into_iter()
        .map(|person| upload(person, room, "photo.jpg", picture.clone()));
    for taken in futures_util::future::join_all(uploads).await {
        assert_eq!(taken.status, 201, "{taken:?}");
    }
    let (twenty, secs) = (peak_mib(gateway), begun.elapsed().as_secs_f64());
    println!(
        "peak of the gateway: {before} MiB before, {files} MiB with {FILES} files of 25 MiB at once, {twenty} MiB with 20 pictures of 12 MP at once ({secs:.1} s)"
    );
    // A part of each is 8 MiB, and the allocator keeps some of what was freed.
    assert!(
        files < before + FILES * 16,
        "never a whole file in memory: {files} MiB"
    );
    assert!(twenty < 500, "{twenty} MiB");
}
