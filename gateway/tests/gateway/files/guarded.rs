//! What every answer with bytes of a file says to browsers, and what no link opens any more.

use entities::file;
use webchat_tests::pictures;

use super::{FORM, PATIENCE, form, in_both_storages};
use crate::{deletion::delete, world::World};

in_both_storages!(every_answer_with_bytes_of_a_file_is_guarded);

async fn every_answer_with_bytes_of_a_file_is_guarded(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let page = b"<!DOCTYPE html><script>alert(1)</script>";
    let page = world.upload(&ann, &room, "page.html", page).await;
    let photo = pictures::jpeg(80, 60);
    let photo = world.upload(&ann, &room, "photo.jpg", &photo).await;
    let (page, photo) = (page.expect(201), photo.expect(201));
    let part = [("range", "bytes=0-3")];
    for (address, how) in [
        (&page["url"], "attachment"),
        (&photo["url"], "inline"),
        (&photo["thumbnail_url"], "inline"),
    ] {
        let url = address.as_str().unwrap();
        for (method, headers, status) in [
            ("GET", &[][..], 200),
            ("GET", &part, 206),
            ("HEAD", &[], 200),
            // Only whoever reads it can want a part.
            ("HEAD", &part, 200),
        ] {
            let given = world.client().bytes(method, url, headers).await;
            let what = format!("{method} {url}: {:?}", given.headers);
            assert_eq!(given.status, status, "{what}");
            let says = |name, text| given.header(name).contains(text);
            assert!(says("content-security-policy", "sandbox"), "{what}");
            assert!(says("x-content-type-options", "nosniff"), "{what}");
            assert!(says("cache-control", "private"), "{what}");
            assert!(
                given.header("content-disposition").starts_with(how),
                "{what}"
            );
        }
        let whole = world.client().bytes("GET", url, &[]).await;
        let known = [("if-none-match", whole.header("etag"))];
        let again = world.client().bytes("GET", url, &known).await;
        assert_eq!(again.status, 304, "{url}");
        assert!(again.header("cache-control").contains("private"), "{url}");
        // Whoever kept the answer of before keeps this one's headers instead.
        let policy = whole.header("content-security-policy");
        assert_eq!(again.header("content-security-policy"), policy, "{url}");
    }
}

#[tokio::test]
async fn a_good_link_to_a_file_that_was_removed_opens_nothing() {
    // Nobody lets go of its objects.
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let photo = pictures::jpeg(80, 60);
    let photo = world.upload(&ann, &room, "photo.jpg", &photo).await;
    let photo = photo.expect(201);
    let urls = ["url", "thumbnail_url"].map(|part| photo[part].as_str().unwrap());
    let mut etags = Vec::new();
    for url in urls {
        let given = world.client().bytes("GET", url, &[]).await;
        assert_eq!(given.status, 200);
        etags.push(given.header("etag").to_owned());
    }
    let (room, now) = (room.parse().unwrap(), world.broker.clock().now().0);
    let removed = file::Entity::remove_in_room(&world.database.write, room, now).await;
    assert_eq!(removed.unwrap(), 1);
    for (url, etag) in urls.into_iter().zip(&etags) {
        for headers in [&[][..], &[("if-none-match", etag.as_str())]] {
            let given = world.client().bytes("GET", url, headers).await;
            assert_eq!(given.status, 404, "{url}");
            let said = String::from_utf8(given.body).unwrap();
            assert!(said.contains("file_not_found"), "{said}");
        }
    }
}

/// The account goes while its file comes: nobody would let go of that later.
async fn a_file_that_comes_when_its_owner_has_gone_is_not_kept(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let body = form("file", "a.txt", &[b'a'; 20_000]);
    let mut late = super::heard::Wire::by(&world, &ann).await;
    let files = format!("POST /chat/rooms/{room}/files");
    late.promise(&files, FORM, body.len(), "").await;
    late.send(&body[..15_000]).await;
    // Its upload has begun: what it has a right to, it had then.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    delete(&world, &ann, "correct horse").await.expect(204);
    late.send(&body[15_000..]).await;
    late.heard().await.expect(401, "not_authenticated");
    tokio::time::timeout(PATIENCE, world.has_no_files())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_comes_when_its_owner_has_gone_is_not_kept_on_sqlite() {
    a_file_that_comes_when_its_owner_has_gone_is_not_kept(World::start(&[]).await).await;
}

#[tokio::test]
async fn a_file_that_comes_when_its_owner_has_gone_is_not_kept_on_postgresql() {
    let world = World::start_on_postgres(&[]).await;
    a_file_that_comes_when_its_owner_has_gone_is_not_kept(world).await;
}
