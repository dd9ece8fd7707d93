//! Uploads into a real process: its disk, its death, its memory.

use std::{fs, path::PathBuf, time::Duration};

use domain::RoomId;
use serde_json::Value;
use webchat_tests::{disk::seen_by, pictures};

use crate::{
    client::Person,
    eventually,
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
    let edge = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=";
    let body = [
        format!("{edge}\"{name}\"\r\n\r\n").as_bytes(),
        &content,
        b"\r\n--edge--\r\n",
    ]
    .concat();
    let request = http()
        .post(format!("{}/chat/rooms/{room}/files", person.url()))
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("authorization", format!("Bearer {}", person.token))
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
    let mut web = Serve::start_on_small_disk(DISK_MIB).await;
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
        assert_eq!(
            (refused.status, refused.code()),
            (503, "storage_unavailable"),
            "{refused:?}"
        );
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

const FILES: u64 = 8;

/// What the process had in memory at the most, in MiB, since it was reset.
fn peak_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).expect("VmHWM") / 1024
}

fn reset_peak(pid: u32) {
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
    let uploads = (0..20).map(|_| upload(&ada, room, "photo.jpg", picture.clone()));
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
