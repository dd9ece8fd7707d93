//! Forms and pictures that make no avatar: each with a problem that says why, and nothing is stored or changed.

use webchat_tests::pictures;

use super::{avatar_of, form, level, picture, put, rows_of};
use crate::{files::FORM, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn a_square_can_be_chosen_and_every_fault_of_the_form_is_named() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let good = picture(64, 40);
    let square = [
        ("x", b"8".as_slice()),
        ("y", b"8"),
        ("size", b"32"),
        ("file", &good),
    ];
    put(&world, &ann, &square).await.expect(200);
    let outside = [
        ("file", good.as_slice()),
        ("x", b"40"),
        ("y", b"0"),
        ("size", b"32"),
    ];
    put(&world, &ann, &outside)
        .await
        .expect_fault("file", "crop_outside_image");
    let lone = [("file", good.as_slice()), ("x", b"4")];
    put(&world, &ann, &lone)
        .await
        .expect_fault("size", "required");
    let words = [("x", b"left".as_slice()), ("file", &good)];
    put(&world, &ann, &words)
        .await
        .expect_fault("x", "wrong_type");
    let twice = [("file", good.as_slice()), ("file", &good)];
    put(&world, &ann, &twice)
        .await
        .expect_fault("file", "duplicate_field");
    let foreign = [("file", good.as_slice()), ("name", b"me")];
    put(&world, &ann, &foreign)
        .await
        .expect_fault("name", "unknown_field");
    put(&world, &ann, &[])
        .await
        .expect_fault("file", "required");
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    put(&world, &ann, &[("file", svg)])
        .await
        .expect_fault("file", "not_an_image");
    let cut = &good[..good.len() / 2];
    put(&world, &ann, &[("file", cut)])
        .await
        .expect_fault("file", "damaged_image");
    let large = vec![0xFF; 10 * 1024 * 1024 + 1];
    let refused = put(&world, &ann, &[("file", &large)]).await;
    refused.expect_problem(413, "payload_too_large");
    // None of them changed what is shown, or left anything.
    assert_eq!(level(&avatar_of(&world, &ann, &ann).await), "clear");
    assert_eq!(rows_of(&world, &ann).await, 1);
    let anonymous = world
        .client()
        .send("PUT", "/users/me/avatar", None, None)
        .await;
    anonymous.expect_problem(401, "not_authenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_should_send_makes_no_avatar() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let promise = pictures::png(50_000, 50_000, 1);
    // 144 megapixels in some hundred kilobytes, all of them there.
    let bomb = pictures::jpeg(12_000, 12_000);
    assert!(bomb.len() < 2 * 1024 * 1024);
    let begins_like_one = [
        &pictures::png(64, 64, 64)[..40],
        b"<script>alert(1)</script>",
    ]
    .concat();
    for (content, code) in [
        (&b""[..], "not_an_image"),
        (b"<!doctype html><script>alert(1)</script>", "not_an_image"),
        (b"MZ\x90\0\x03\0\0\0", "not_an_image"),
        (&begins_like_one, "damaged_image"),
        (&promise, "too_many_pixels"),
        (&bomb, "too_many_pixels"),
    ] {
        put(&world, &ann, &[("file", content)])
            .await
            .expect_fault("file", code);
    }
    let body = form(&[("file", &picture(64, 40))]);
    for cut in [body.len() - 12, body.len() / 2] {
        let body = Some((FORM, &body[..cut]));
        let token = Some(ann.token.as_str());
        let refused = world
            .client()
            .send_raw("PUT", "/users/me/avatar", token, body);
        refused.await.expect_fault("file", "incomplete");
    }
    assert_eq!(rows_of(&world, &ann).await, 0);
    let pictures = world.storage.avatars_of(ann.id.parse().unwrap());
    assert_eq!(pictures.await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_tells_nothing_but_what_it_shows() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let page = b"<script>alert(document.domain)</script>";
    let photo = [&pictures::jpeg_with_gps()[..], page].concat();
    put(&world, &ann, &[("file", &photo)]).await.expect(200);
    let bearer = format!("Bearer {}", ann.token);
    let headers = [("authorization", bearer.as_str())];
    let path = format!("/users/{}/avatar", ann.id);
    let given = world.client().bytes("GET", &path, &headers).await;
    assert_eq!(given.status, 200);
    for secret in [pictures::SECRET_PLACE, &page[..], b"Exif"] {
        let is_there = given.body.windows(secret.len()).any(|part| part == secret);
        assert!(!is_there, "{}", String::from_utf8_lossy(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_says_without_end_what_comes_is_refused() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let name = "a".repeat(2 * 1024 * 1024);
    let refused = put(&world, &ann, &[(&name, b"words")]).await;
    refused.expect_problem(413, "payload_too_large");
    put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
}
