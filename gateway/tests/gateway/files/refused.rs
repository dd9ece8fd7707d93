//! Uploads that are refused: each with a problem that says why, and nothing is stored.

use serde_json::json;
use uuid::Uuid;
use webchat_tests::pictures;

use super::{FORM, form, in_both_storages};
use crate::world::World;

in_both_storages!(
    what_is_no_good_file_is_refused_and_nothing_is_stored,
    what_is_too_large_is_refused_and_nothing_is_stored,
    a_form_that_is_none_is_refused_and_nothing_is_stored,
    a_form_that_says_without_end_what_comes_is_refused_and_nothing_is_stored,
);

async fn what_is_no_good_file_is_refused_and_nothing_is_stored(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let whole = pictures::png(64, 64, 64);
    let bomb = pictures::png(50_000, 50_000, 1);
    // All its pixels are there, in some hundred kilobytes.
    let packed = pictures::jpeg(12_000, 12_000);
    let begins_like_one = [&whole[..40], b"<script>alert(1)</script>"].concat();
    for (name, content, code) in [
        ("nothing.txt", &b""[..], "empty"),
        ("bomb.png", &bomb[..], "too_many_pixels"),
        ("packed.jpg", &packed[..], "too_many_pixels"),
        ("truncated.png", &whole[..whole.len() / 2], "damaged_image"),
        ("header.png", &whole[..20], "damaged_image"),
        ("page.png", &begins_like_one[..], "damaged_image"),
        (
            "place.heic",
            &with_a_place(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")[..],
            "unsupported_image",
        ),
        // Its name says film, its content says picture.
        (
            "place.mov",
            &with_a_place(b"II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x1A\0\0\0\0\0\0\0")[..],
            "unsupported_image",
        ),
    ] {
        let refused = world.upload(&ann, &room, name, content).await;
        refused.expect_fault("file", code);
    }
    world.has_no_files().await;
}

/// A picture that begins so, and where it was taken.
fn with_a_place(beginning: &[u8]) -> Vec<u8> {
    [beginning, b"GPSLatitude N 10 46 36"].concat()
}

async fn what_is_too_large_is_refused_and_nothing_is_stored(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let mib = 1024 * 1024;
    let mut picture = pictures::png(64, 64, 64);
    picture.resize(10 * mib + 1, 0);
    for (name, content) in [
        ("photo.png", picture),
        ("long.bin", vec![7; 25 * mib + 1]),
        ("longer.bin", vec![7; 40 * mib]),
    ] {
        let refused = world.upload(&ann, &room, name, &content).await;
        refused.expect_problem(413, "payload_too_large");
    }
    world.has_no_files().await;
}

async fn a_form_that_is_none_is_refused_and_nothing_is_stored(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let nothing = b"--edge--\r\n".to_vec();
    let other_field = form("picture", "a.txt", b"words");
    let mut two = form("file", "a.txt", b"words");
    two.truncate(two.len() - b"--edge--\r\n".len());
    two.extend(form("file", "b.txt", b"words"));
    let mut cut = form("file", "a.txt", b"words");
    cut.truncate(cut.len() - 12);
    for (body, field, code) in [
        (nothing, "file", "required"),
        (other_field, "picture", "unknown_field"),
        (two, "file", "too_many"),
        (cut, "file", "incomplete"),
        (b"no form at all".to_vec(), "file", "incomplete"),
    ] {
        world
            .upload_form(&ann, &room, &body)
            .await
            .expect_fault(field, code);
    }
    let path = format!("/chat/rooms/{room}/files");
    for kind in ["application/json", "multipart/form-data", "text/plain"] {
        let body = Some((kind, &b"{}"[..]));
        let refused = world
            .client()
            .send_raw("POST", &path, Some(&ann.token), body)
            .await;
        refused.expect_problem(415, "unsupported_media_type");
    }
    world.has_no_files().await;
}

async fn a_form_that_says_without_end_what_comes_is_refused_and_nothing_is_stored(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let long = "a".repeat(2 * 1024 * 1024);
    let before = [long.as_bytes(), b"\r\n", &form("file", "a.txt", b"words")].concat();
    let mut after = form("file", "a.txt", b"words");
    after.truncate(after.len() - b"--edge--\r\n".len());
    after.extend(form("file", &long, b"words"));
    for body in [
        form("file", &long, b"words"),
        form(&long, "a.txt", b"words"),
        before,
        after,
    ] {
        let refused = world.upload_form(&ann, &room, &body).await;
        refused.expect_problem(413, "payload_too_large");
    }
    world.has_no_files().await;
    let name = "a".repeat(20_000);
    let taken = world.upload(&ann, &room, &name, b"words").await.expect(201);
    assert_eq!(taken["name"].as_str().unwrap().len(), 120);
}

#[tokio::test]
async fn only_a_member_of_a_room_that_has_not_ended_uploads() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    let refused = world.upload(&eve, &room, "a.txt", b"words").await;
    refused.expect_problem(404, "room_not_found");
    let nowhere = Uuid::now_v7().to_string();
    let refused = world.upload(&ann, &nowhere, "a.txt", b"words").await;
    refused.expect_problem(404, "room_not_found");
    let path = format!("/chat/rooms/{room}/files");
    let body = form("file", "a.txt", b"words");
    let refused = world
        .client()
        .send_raw("POST", &path, None, Some((FORM, &body)))
        .await;
    refused.expect_problem(401, "not_authenticated");
    world
        .post(&ben, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    let refused = world.upload(&ann, &room, "a.txt", b"words").await;
    refused.expect_problem(409, "room_ended");
    world.has_no_files().await;
}

#[tokio::test]
async fn a_user_uploads_so_often_in_a_minute_and_no_more() {
    let world = World::start(&[
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__UPLOADS_PER_MINUTE", "2"),
    ])
    .await;
    let (ann, ben, room) = world.two_in_a_room().await;
    for _ in 0..2 {
        world
            .upload(&ann, &room, "a.txt", b"words")
            .await
            .expect(201);
    }
    let refused = world.upload(&ann, &room, "a.txt", b"words").await;
    refused.expect_problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    world
        .upload(&ben, &room, "a.txt", b"words")
        .await
        .expect(201);
}

#[tokio::test]
async fn a_name_is_made_safe_before_anybody_sees_it() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    for (given, shown) in [
        ("/etc/passwd", "passwd"),
        ("C:\\\\photos\\\\sea.png", "sea.png"),
        ("gpj.\u{202e}exe", "gpj.exe"),
        ("", "file"),
    ] {
        let file = world.upload(&ann, &room, given, b"words").await.expect(201);
        assert_eq!(file["name"], json!(shown), "{given}");
    }
}
