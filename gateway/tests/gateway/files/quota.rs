//! What is beyond a quota is refused, and not kept, though all of it has arrived.

use entities::file;
use futures_util::{TryStreamExt, future::join_all};
use sea_orm::EntityTrait;
use tokio::time::{Duration, Instant, sleep};

use super::{
    PATIENCE, form, in_a_bucket,
    trouble::{answer, begin},
};
use crate::{
    presence::keep,
    world::{Person, World},
};

const SMALL: [(&str, &str); 1] = [("WEBCHAT__FILES__USER_QUOTA_BYTES", "1000")];

async fn what_is_beyond_the_quota_leaves_no_object(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    world
        .upload(&ann, &room, "a.txt", &[b'a'; 600])
        .await
        .expect(201);
    let refused = world.upload(&ann, &room, "b.txt", &[b'b'; 401]).await;
    refused.expect_problem(413, "quota_exceeded");
    // Each of them has a right to be there until the others are.
    let at_once = (0..6).map(|_| world.upload(&ben, &room, "c.txt", &[b'c'; 300]));
    let answers = join_all(at_once).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(stored, 3);
    let give_up = Instant::now() + PATIENCE;
    loop {
        let objects: Vec<_> = world.storage.files().try_collect().await.unwrap();
        let mut objects: Vec<_> = objects
            .iter()
            .map(|object| object.key.file_id().unwrap().0)
            .collect();
        let rows = file::Entity::find().all(&world.database.read).await;
        let mut rows: Vec<_> = rows.unwrap().iter().map(|row| row.id).collect();
        objects.sort();
        rows.sort();
        assert_eq!(rows.len(), 4);
        if objects == rows {
            return;
        }
        assert!(Instant::now() < give_up, "{objects:?} and {rows:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_quota_leaves_no_object_in_a_folder() {
    what_is_beyond_the_quota_leaves_no_object(World::start(&SMALL).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_quota_leaves_no_object_in_a_bucket() {
    what_is_beyond_the_quota_leaves_no_object(in_a_bucket(&SMALL).await).await;
}

#[tokio::test]
async fn the_files_of_one_user_take_no_more_than_the_quota() {
    let world = World::start(&SMALL).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    world
        .upload(&ann, &room, "a.txt", &[b'a'; 600])
        .await
        .expect(201);
    let refused = world.upload(&ann, &room, "b.txt", &[b'b'; 401]).await;
    refused.expect_problem(413, "quota_exceeded");
    world
        .upload(&ann, &room, "c.txt", &[b'c'; 400])
        .await
        .expect(201);
    let refused = world.upload(&ann, &room, "d.txt", b"d").await;
    refused.expect_problem(413, "quota_exceeded");
    world
        .upload(&ben, &room, "e.txt", &[b'e'; 1000])
        .await
        .expect(201);
}

#[tokio::test]
async fn uploads_at_once_do_not_get_past_the_quota_on_sqlite() {
    uploads_at_once_do_not_get_past_the_quota(World::start(&SMALL).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_at_once_do_not_get_past_the_quota_on_postgresql() {
    uploads_at_once_do_not_get_past_the_quota(World::start_on_postgres(&SMALL).await).await;
}

async fn uploads_at_once_do_not_get_past_the_quota(world: World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let uploads = (0..6).map(|_| world.upload(&ann, &room, "a.txt", &[b'a'; 300]));
    let answers = join_all(uploads).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(stored, 3);
}

/// What one upload has brought so far is room that another one has not, long before either is whole.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_under_way_counts_too() {
    let quota = [("WEBCHAT__FILES__USER_QUOTA_BYTES", "100000")];
    let world = World::start(&quota).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let whole = form("file", "a.bin", &[7; 90_000]);
    let give_up = Instant::now() + PATIENCE;
    let other = form("file", "b.bin", &[7; 60_000]);
    let first = loop {
        let first = begin(&world, &ann, &room, &whole.len(), &whole[..80_000]).await;
        sleep(Duration::from_millis(200)).await;
        let second = begin(&world, &ann, &room, &other.len(), &other[..50_000]).await;
        let heard = tokio::time::timeout(Duration::from_secs(2), refusal(second)).await;
        if heard.is_ok_and(|heard| heard.contains("quota_exceeded")) {
            break first;
        }
        // The second one was faster, and the first one was refused.
        assert!(Instant::now() < give_up, "the second one is not refused");
    };
    world
        .upload(&ben, &room, "c.bin", &[7; 60_000])
        .await
        .expect(201);
    drop(first);
    loop {
        let later = world.upload(&ann, &room, "b.bin", &[7; 60_000]).await;
        if later.status == 201 {
            break;
        }
        assert!(Instant::now() < give_up, "{}", later.text);
        sleep(Duration::from_millis(100)).await;
    }
}

/// The rest of a refused upload is taken before the answer is given, unless its client says that there is none.
async fn refusal(mut connection: tokio::net::TcpStream) -> String {
    use tokio::io::AsyncWriteExt;
    connection.shutdown().await.unwrap();
    answer(connection).await
}

/// As the refusal says: what was not sent goes when it is taken back, the files of a chat that was not kept some time after its
/// end, and those of a kept one stay.
#[tokio::test]
async fn leaving_a_kept_chat_frees_nothing_and_nobody_is_told_that_it_does() {
    let short = ("WEBCHAT__RETENTION__ENDED_ROOM_SECS", "1");
    let world = World::start(&[SMALL[0], short]).await;
    let (ann, ben, kept) = world.two_in_a_room().await;
    keep(&world, &kept, [&ann, &ben]).await;
    let other = room_with(&world, &ann, "cat").await;
    let next = room_with(&world, &ann, "dan").await;
    let mut files = Vec::new();
    for room in [&kept, &other] {
        let file = world.upload(&ann, room, "a.txt", &[b'a'; 500]).await;
        let file = file.expect(201);
        let sent = world.send_files(&ann, room, "", &[&file["id"]]).await;
        sent.expect(201);
        files.push(format!("/files/{}", file["id"].as_str().unwrap()));
    }
    let refused = world.upload(&ann, &next, "b.txt", &[b'b'; 500]).await;
    refused.expect_problem(413, "quota_exceeded");
    assert!(!refused.text.contains("leave rooms"), "{}", refused.text);
    for room in [&kept, &other] {
        let left = world.post(&ann, &format!("/chat/rooms/{room}/leave")).await;
        left.expect(200);
    }
    let give_up = Instant::now() + 2 * PATIENCE;
    while world
        .upload(&ann, &next, "b.txt", &[b'b'; 500])
        .await
        .status
        != 201
    {
        assert!(Instant::now() < give_up, "nothing has gone");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(world.get(&ann, &files[1]).await.status, 404);
    assert_eq!(world.get(&ann, &files[0]).await.status, 200);
    let refused = world.upload(&ann, &next, "c.txt", b"c").await;
    refused.expect_problem(413, "quota_exceeded");
}

async fn room_with(world: &World, person: &Person, name: &str) -> String {
    let peer = world.person(name).await;
    let room = world.open_room(person, &peer).await.expect(201);
    room["id"].as_str().unwrap().to_owned()
}
