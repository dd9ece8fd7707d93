//! What is taken, and what becomes of it.

use serde_json::json;
use webchat_tests::pictures;

use super::in_both_storages;
use crate::world::World;

in_both_storages!(
    a_file_is_given_back_as_it_came,
    a_long_file_is_given_back_as_it_came,
    a_picture_is_made_anew_with_a_small_one_beside_it,
    a_page_or_a_script_is_only_ever_a_download,
);

async fn a_file_is_given_back_as_it_came(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = world.upload(&ann, &room, "../numbers.bin", &content).await;
    let file = file.expect(201);
    let id = file["id"].as_str().unwrap();
    assert_eq!(
        (&file["kind"], &file["name"], &file["content_type"]),
        (
            &json!("file"),
            &json!("numbers.bin"),
            &json!("application/octet-stream")
        )
    );
    assert_eq!(file["size_bytes"], content.len());
    for absent in ["width", "height", "thumbnail_url"] {
        assert!(file.get(absent).is_none(), "{file}");
    }
    let url = file["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("/files/{id}?")), "{url}");
    let by_link = world.client().bytes("GET", url, &[]).await;
    let by_token = world
        .client()
        .bytes(
            "GET",
            &format!("/files/{id}"),
            &[("authorization", &format!("Bearer {}", ben.token))],
        )
        .await;
    for given in [by_link, by_token] {
        assert_eq!(given.status, 200);
        assert!(given.body == content);
        assert_eq!(given.header("content-type"), "application/octet-stream");
        assert_eq!(given.header("x-content-type-options"), "nosniff");
        assert!(
            given
                .header("content-disposition")
                .starts_with("attachment; filename=\"numbers.bin\"")
        );
        assert!(given.header("content-security-policy").contains("sandbox"));
        assert!(given.header("cache-control").starts_with("private"));
    }
}

async fn a_long_file_is_given_back_as_it_came(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let length = 25 * 1024 * 1024;
    let content: Vec<u8> = (0..u32::MAX)
        .flat_map(u32::to_le_bytes)
        .take(length)
        .collect();
    let file = world
        .upload(&ann, &room, "long", &content)
        .await
        .expect(201);
    assert_eq!(file["size_bytes"], length);
    let given = world
        .client()
        .bytes("GET", file["url"].as_str().unwrap(), &[])
        .await;
    assert!(given.body == content, "{} bytes", given.body.len());
}

async fn a_picture_is_made_anew_with_a_small_one_beside_it(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let mut polyglot = pictures::png(1_000, 500, 500);
    polyglot.extend(b"<script>alert(document.cookie)</script>PK\x03\x04");
    let file = world
        .upload(&ann, &room, "notes.txt", &polyglot)
        .await
        .expect(201);
    assert_eq!(
        (&file["kind"], &file["width"], &file["height"]),
        (&json!("image"), &json!(1_000), &json!(500))
    );
    assert!(!file["placeholder"].as_str().unwrap().is_empty());
    // It is no text, and saved under its name it opens as what it is.
    assert_eq!(file["name"], "notes.png");
    for part in ["url", "thumbnail_url"] {
        let given = world
            .client()
            .bytes("GET", file[part].as_str().unwrap(), &[])
            .await;
        assert_eq!(given.status, 200, "{part}");
        assert!(given.header("content-type").starts_with("image/"), "{part}");
        assert!(
            given.header("content-disposition").starts_with("inline"),
            "{part}"
        );
        assert_eq!(given.header("x-content-type-options"), "nosniff");
        assert!(!contains(&given.body, b"<script"), "{part}");
    }

    let photo = pictures::jpeg_with_gps();
    assert!(contains(&photo, pictures::SECRET_PLACE));
    let file = world
        .upload(&ann, &room, "photo.jpg", &photo)
        .await
        .expect(201);
    assert_eq!(file["content_type"], "image/jpeg");
    for part in ["url", "thumbnail_url"] {
        let given = world
            .client()
            .bytes("GET", file[part].as_str().unwrap(), &[])
            .await;
        assert!(!contains(&given.body, pictures::SECRET_PLACE), "{part}");
        assert!(!contains(&given.body, b"Exif"), "{part}");
    }
}

async fn a_page_or_a_script_is_only_ever_a_download(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    for (name, content) in [
        (
            "drawing.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        ),
        ("page.html", "<!DOCTYPE html><script>alert(1)</script>"),
        ("photo.jpg", "<!DOCTYPE html><script>alert(1)</script>"),
        ("photo.png", "<?xml version=\"1.0\"?><svg/>"),
        ("run.js", "alert(1)"),
    ] {
        let file = world
            .upload(&ann, &room, name, content.as_bytes())
            .await
            .expect(201);
        assert_eq!(
            (&file["kind"], &file["name"], &file["content_type"]),
            (
                &json!("file"),
                &json!(name),
                &json!("application/octet-stream")
            )
        );
        let given = world
            .client()
            .bytes("GET", file["url"].as_str().unwrap(), &[])
            .await;
        assert_eq!(
            given.header("content-type"),
            "application/octet-stream",
            "{name}"
        );
        assert!(
            given
                .header("content-disposition")
                .starts_with("attachment"),
            "{name}"
        );
        assert!(
            given.header("content-security-policy").contains("sandbox"),
            "{name}"
        );
    }
}

fn contains(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

/// Two rows without any order, over and over: small where the repetition is found, and as large as its pixels where it is not.
fn repeated_noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let two_rows: Vec<u8> = noise
        .take(usize::try_from(2 * width * 4).unwrap())
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let pixels = two_rows.repeat(usize::try_from(height / 2).unwrap());
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_picture_does_not_become_a_large_one() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let picture = repeated_noise(500, 14_000);
    assert!(picture.len() < 1024 * 1024, "{}", picture.len());
    let file = world.upload(&ann, &room, "noise.png", &picture).await;
    let file = file.expect(201);
    let size_bytes = file["size_bytes"].as_u64().unwrap();
    assert!(size_bytes < 1024 * 1024, "{size_bytes} are stored");
    let url = file["url"].as_str().unwrap();
    let given = world.client().bytes("GET", url, &[]).await;
    assert_eq!(given.body.len() as u64, size_bytes, "what the quota counts");
}

#[tokio::test]
async fn a_picture_and_a_file_may_be_just_as_large_as_the_limit() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let mib = 1024 * 1024;
    let mut picture = pictures::png(64, 64, 64);
    // What comes after its end is no part of it, and counts.
    picture.resize(10 * mib, 0);
    for (name, content) in [("photo.png", picture), ("long.bin", vec![7; 25 * mib])] {
        let taken = world.upload(&ann, &room, name, &content).await;
        taken.expect(201);
    }
}
