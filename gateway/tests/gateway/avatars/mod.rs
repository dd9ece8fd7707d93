//! Avatars: made, shown in levels, replaced, gone.

mod late;
mod refused;
mod reported;

use std::time::Duration;

use entities::avatar;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::{
    client::Answer,
    deletion::delete,
    files::{FORM, in_both_storages},
    presence::keep,
    world::{Person, World},
};

/// A PNG of so many pixels a side in one grey: the smallest whole picture that can be written by hand.
pub fn picture(side: u32, grey: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    let row = |y: u32| {
        (0..side).map(move |x| {
            if (x + y).is_multiple_of(2) {
                grey
            } else {
                255 - grey
            }
        })
    };
    let pixels: Vec<u8> = (0..side).flat_map(row).collect();
    writer.write_image_data(&pixels).unwrap();
    drop(writer);
    bytes
}

/// A form of these fields.
fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"");
        let head = match *name {
            "file" => format!("{head}; filename=\"me.svg\"\r\nContent-Type: image/svg+xml"),
            _ => head,
        };
        body.extend(head.as_bytes());
        body.extend(b"\r\n\r\n");
        body.extend(*value);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

pub async fn put(world: &World, person: &Person, fields: &[(&str, &[u8])]) -> Answer {
    let body = form(fields);
    let token = Some(person.token.as_str());
    let body = Some((FORM, body.as_slice()));
    world
        .client()
        .send_raw("PUT", "/users/me/avatar", token, body)
        .await
}

async fn avatar_of(world: &World, reader: &Person, user: &Person) -> Answer {
    world
        .get(reader, &format!("/users/{}/avatar", user.id))
        .await
}

/// What entity tag says which level it is.
pub fn level(answer: &Answer) -> String {
    answer.expect(200);
    assert_eq!(answer.header("content-type"), "image/jpeg");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.header("content-disposition"), "inline");
    let tag = answer.header("etag").trim_matches('"');
    tag.rsplit('-').next().unwrap().to_owned()
}

in_both_storages!(a_peer_sees_as_much_as_the_two_have_revealed);

async fn a_peer_sees_as_much_as_the_two_have_revealed(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    avatar_of(&world, &ann, &ann)
        .await
        .expect_problem(404, "avatar_not_found");
    avatar_of(&world, &ben, &ann)
        .await
        .expect_problem(404, "avatar_not_found");
    let stored = put(&world, &ann, &[("file", &picture(600, 40))])
        .await
        .expect(200);
    let own = avatar_of(&world, &ann, &ann).await;
    assert_eq!(level(&own), "clear");
    let url = stored["avatar_url"].as_str().unwrap();
    assert_eq!(level(&world.get(&ann, url).await), "clear");

    let blurred = avatar_of(&world, &ben, &ann).await;
    assert_eq!(level(&blurred), "blurred");
    assert_ne!(blurred.text, own.text);
    avatar_of(&world, &eve, &ann)
        .await
        .expect_problem(404, "user_not_found");
    for (one, other) in [(&ann, &ben), (&ben, &ann)] {
        let like = format!("/users/{}/like", other.id);
        world.ask(one, "PUT", &like, None).await.expect(204);
    }
    let soft = avatar_of(&world, &ben, &ann).await;
    assert_eq!(level(&soft), "soft");
    assert!(soft.text != blurred.text && soft.text != own.text);

    let profile = world
        .get(&ben, &format!("/users/{}/profile", ann.id))
        .await
        .expect(200);
    let shown = profile["avatar_url"].as_str().unwrap();
    assert_eq!(level(&world.get(&ben, shown).await), "soft");
    let none = world
        .get(&ann, &format!("/users/{}/profile", ben.id))
        .await
        .expect(200);
    assert_eq!(none["avatar_url"], json!(null));

    keep(&world, &room, [&ann, &ben]).await;
    let clear = avatar_of(&world, &ben, &ann).await;
    assert_eq!(level(&clear), "clear");
    assert_eq!(
        clear.text, own.text,
        "who keeps a room sees what oneself sees"
    );

    let block = format!("/users/{}/block", ben.id);
    world.ask(&ann, "PUT", &block, None).await.expect(204);
    avatar_of(&world, &ben, &ann)
        .await
        .expect_problem(404, "user_not_found");
    assert_eq!(level(&avatar_of(&world, &ann, &ann).await), "clear");
}

in_both_storages!(a_replaced_and_a_removed_avatar_leave_nothing_behind);

async fn a_replaced_and_a_removed_avatar_leave_nothing_behind(world: World) {
    let ann = world.person("ann").await;
    put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
    let first = avatar_of(&world, &ann, &ann).await;
    put(&world, &ann, &[("file", &picture(64, 90))])
        .await
        .expect(200);
    let second = avatar_of(&world, &ann, &ann).await;
    assert_ne!(first.header("etag"), second.header("etag"));
    until_left(&world, &ann, 1).await;
    assert_eq!(avatar_of(&world, &ann, &ann).await.text, second.text);

    for _ in 0..2 {
        let removed = world.ask(&ann, "DELETE", "/users/me/avatar", None).await;
        removed.expect(204);
    }
    avatar_of(&world, &ann, &ann)
        .await
        .expect_problem(404, "avatar_not_found");
    until_left(&world, &ann, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_that_has_not_changed_is_not_sent_again() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
    let path = format!("/users/{}/avatar", ann.id);
    let first = world.get(&ann, &path).await;
    let bearer = format!("Bearer {}", ann.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-none-match", first.header("etag")),
    ];
    let again = world.client().bytes("GET", &path, &headers).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), first.header("etag"));
    // Whoever kept the answer of before keeps this one's headers instead.
    let policy = first.header("content-security-policy");
    assert!(policy.contains("sandbox"), "{policy}");
    assert_eq!(again.header("content-security-policy"), policy);
    put(&world, &ann, &[("file", &picture(64, 90))])
        .await
        .expect(200);
    let changed = world.client().bytes("GET", &path, &headers).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), first.header("etag"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_users_avatar_is_gone() {
    let world = World::start(&[]).await;
    let (ann, ben, _) = world.two_in_a_room().await;
    put(&world, &ann, &[("file", &picture(64, 40))])
        .await
        .expect(200);
    assert_eq!(level(&avatar_of(&world, &ben, &ann).await), "blurred");
    delete(&world, &ann, "correct horse").await.expect(204);
    let gone = avatar_of(&world, &ben, &ann).await;
    assert_eq!(gone.status, 404);
    until_left(&world, &ann, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_avatars_that_come_at_once_one_is_shown_and_the_others_go() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let pictures: Vec<Vec<u8>> = (0..6).map(|number| picture(64, 10 * number)).collect();
    let all = pictures.iter().map(|picture| async {
        put(&world, &ann, &[("file", picture)]).await.expect(200);
    });
    futures_util::future::join_all(all).await;
    assert_eq!(level(&avatar_of(&world, &ann, &ann).await), "clear");
    until_left(&world, &ann, 1).await;
    assert_eq!(level(&avatar_of(&world, &ann, &ann).await), "clear");
}

async fn rows_of(world: &World, person: &Person) -> usize {
    let rows = avatar::Entity::find()
        .all(&world.database.read)
        .await
        .unwrap();
    let mine = rows
        .iter()
        .filter(|row| row.user_id.to_string() == person.id);
    mine.count()
}

/// Waits until so many versions are left of the user, with three pictures each and no other.
async fn until_left(world: &World, person: &Person, versions: usize) {
    for _ in 0..1_000 {
        let pictures = world
            .storage
            .avatars_of(person.id.parse().unwrap())
            .await
            .unwrap();
        if rows_of(world, person).await == versions && pictures == 3 * versions {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {versions} versions are left");
}
