//! Who gets a file, which part of it, and how.

use entities::file;
use serde_json::Value;
use uuid::Uuid;
use webchat_tests::pictures;

use super::{in_both_storages, text_of};
use crate::world::{Person, World};

in_both_storages!(
    a_range_is_a_part_of_the_file,
    a_known_file_is_not_sent_again,
);

fn path(file: &Value) -> String {
    format!("/files/{}", file["id"].as_str().unwrap())
}

fn bearer(person: &Person) -> String {
    format!("Bearer {}", person.token)
}

async fn a_range_is_a_part_of_the_file(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let content: Vec<u8> = (0..250).collect();
    let file = world
        .upload(&ann, &room, "a.bin", &content)
        .await
        .expect(201);
    let url = file["url"].as_str().unwrap();
    let whole = world.client().bytes("GET", url, &[]).await;
    let etag = whole.header("etag").to_owned();
    assert_eq!(
        (whole.status, whole.header("accept-ranges")),
        (200, "bytes")
    );
    for (range, part, shown) in [
        ("bytes=0-9", 0..10, "bytes 0-9/250"),
        ("bytes=200-", 200..250, "bytes 200-249/250"),
        ("bytes=-1", 249..250, "bytes 249-249/250"),
        ("bytes=100-9999", 100..250, "bytes 100-249/250"),
    ] {
        for more in [&[][..], &[("if-range", etag.as_str())]] {
            let headers = [&[("range", range)][..], more].concat();
            let given = world.client().bytes("GET", url, &headers).await;
            assert_eq!((given.status, given.header("content-range")), (206, shown));
            assert_eq!(given.body, content[part.clone()], "{range}");
            assert_eq!(given.header("content-length"), part.len().to_string());
        }
    }
    let headers = [("range", "bytes=0-9"), ("if-range", "\"another\"")];
    let given = world.client().bytes("GET", url, &headers).await;
    assert_eq!((given.status, given.body.len()), (200, 250));
    let beyond = world
        .client()
        .bytes("GET", url, &[("range", "bytes=250-")])
        .await;
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, "bytes */250")
    );
    let problem: Value = serde_json::from_slice(&beyond.body).unwrap();
    assert_eq!(problem["code"], "range_not_satisfiable");
    for headers in [
        &[][..],
        &[("range", "bytes=0-9")],
        &[("range", "bytes=250-")],
    ] {
        let head = world.client().bytes("HEAD", url, headers).await;
        assert_eq!((head.status, head.header("content-length")), (200, "250"));
        assert!(head.body.is_empty());
    }
}

async fn a_known_file_is_not_sent_again(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let picture = pictures::png(8, 8, 8);
    let file = world
        .upload(&ann, &room, "a.png", &picture)
        .await
        .expect(201);
    let mut etags = Vec::new();
    for part in ["url", "thumbnail_url"] {
        let url = file[part].as_str().unwrap();
        let given = world.client().bytes("GET", url, &[]).await;
        let etag = given.header("etag").to_owned();
        let again = world
            .client()
            .bytes("GET", url, &[("if-none-match", &etag)])
            .await;
        assert_eq!((again.status, again.header("etag")), (304, etag.as_str()));
        assert!(again.body.is_empty());
        let other = world
            .client()
            .bytes("GET", url, &[("if-none-match", "\"x\"")])
            .await;
        assert_eq!((other.status, &other.body), (200, &given.body));
        etags.push(etag);
    }
    assert_ne!(etags[0], etags[1]);
}

#[tokio::test]
async fn what_is_said_of_a_file_is_said_without_reading_it() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    // Nothing could be read.
    let row = file::Model {
        room_id: room.parse().unwrap(),
        ..text_of(ann.id.parse().unwrap(), Uuid::now_v7())
    };
    let path = format!("/files/{}", row.id);
    file::Entity::add(&world.database.write, row).await.unwrap();
    let bearer = bearer(&ann);
    let headers = [("authorization", bearer.as_str())];
    let head = world.client().bytes("HEAD", &path, &headers).await;
    assert_eq!((head.status, head.header("content-length")), (200, "5"));
    assert_eq!(world.get(&ann, &path).await.status, 404);
}

#[tokio::test]
async fn a_file_is_for_the_members_of_its_room() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    let picture = pictures::png(8, 8, 8);
    let file = world
        .upload(&ann, &room, "a.png", &picture)
        .await
        .expect(201);
    for path in [path(&file), path(&file) + "/thumbnail"] {
        for member in [&ann, &ben] {
            let headers = [("authorization", bearer(member))];
            let headers = headers
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let given = world.client().bytes("GET", &path, &headers).await;
            assert_eq!(given.status, 200, "{path}");
        }
        world
            .get(&eve, &path)
            .await
            .expect_problem(404, "file_not_found");
        let nobody = world.client().send("GET", &path, None, None).await;
        nobody.expect_problem(401, "not_authenticated");
    }
    let words = world
        .upload(&ann, &room, "a.txt", b"words")
        .await
        .expect(201);
    for missing in [
        format!("/files/{}", Uuid::now_v7()),
        "/files/nonsense".to_owned(),
        path(&words) + "/thumbnail",
    ] {
        world
            .get(&ann, &missing)
            .await
            .expect_problem(404, "file_not_found");
    }
}

#[tokio::test]
async fn a_link_is_good_at_every_gateway_and_only_as_it_was_made() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let there = world.another_gateway().await;
    let picture = pictures::png(8, 8, 8);
    let file = world
        .upload(&ann, &room, "a.png", &picture)
        .await
        .expect(201);
    let other = world
        .upload(&ann, &room, "b.png", &picture)
        .await
        .expect(201);
    let link = file["url"].as_str().unwrap();
    assert_eq!(there.bytes("GET", link, &[]).await.status, 200);
    let (_, query) = link.split_once('?').unwrap();
    let cut = &link[..link.len() - 2];
    let of_thumbnail = file["thumbnail_url"].as_str().unwrap();
    let (_, thumbnail_query) = of_thumbnail.split_once('?').unwrap();
    for bad in [
        cut.to_owned(),
        link.replacen("expires=1", "expires=2", 1),
        format!("{}?{query}", path(&other)),
        format!("{}/thumbnail?{query}", path(&file)),
        format!("{}?{thumbnail_query}", path(&file)),
        format!("{}?expires=&signature=", path(&file)),
        format!("{}?signature=00", path(&file)),
    ] {
        let refused = there.send("GET", &bad, None, None).await;
        refused.expect_problem(401, "not_authenticated");
        // With a token it does not matter.
        if !bad.starts_with(&path(&other)) {
            let token = bearer(&ann);
            let given = there.bytes("GET", &bad, &[("authorization", &token)]).await;
            assert_eq!(given.status, 200, "{bad}");
        }
    }
}

#[tokio::test]
async fn a_link_that_is_good_still_gives_nothing_of_what_is_removed() {
    // Nobody removes the objects: it is the row that counts.
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let photo = pictures::jpeg(600, 400);
    let file = world
        .upload(&ann, &room, "photo.jpg", &photo)
        .await
        .expect(201);
    let [url, thumbnail] = ["url", "thumbnail_url"].map(|link| file[link].as_str().unwrap());
    let given = world.client().bytes("GET", url, &[]).await;
    assert_eq!(given.status, 200);
    let etag = given.header("etag").to_owned();
    let room = Uuid::parse_str(&room).unwrap();
    let now = world.broker.clock().now().0;
    let removed = file::Entity::remove_in_room(&world.database.write, room, now);
    assert_eq!(removed.await.unwrap(), 1);
    for (url, headers) in [
        (url, &[][..]),
        (url, &[("if-none-match", etag.as_str())]),
        (url, &[("range", "bytes=0-9")]),
        (thumbnail, &[]),
    ] {
        let refused = world.client().bytes("GET", url, headers).await;
        assert_eq!(refused.status, 404, "{url} {headers:?}");
        let problem: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!(problem["code"], "file_not_found", "{url} {headers:?}");
    }
}
