//! Uploads whose client goes away behind the last byte: all of the file has come, and nobody hears that it was taken.

use std::time::Duration;

use entities::file;
use futures_util::TryStreamExt;
use sea_orm::EntityTrait;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep},
};
use webchat_tests::pictures;

use super::{PATIENCE, form, in_a_bucket, in_both_storages, trouble::begin};
use crate::world::{Person, World};

const ONE_PLACE: [(&str, &str); 1] = [("WEBCHAT__FILES__UPLOADS_AT_ONCE", "1")];

/// The client leaves while its photo waits or is worked on.
async fn of_a_photo_nothing_stays(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let body = form("file", "photo.jpg", &pictures::jpeg(6_000, 8_000));
    let (most, rest) = body.split_at(body.len() - 100);
    let give_up = Instant::now() + PATIENCE;
    let mut connection = loop {
        let connection = begin(&world, &ann, &room, &body.len(), most).await;
        sleep(Duration::from_millis(200)).await;
        let next = world.upload(&ben, &room, "a.txt", b"words").await;
        if next.status == 503 {
            break connection;
        }
        // The second one was faster, and had the only place.
        assert!(Instant::now() < give_up, "{}", next.text);
    };
    connection.write_all(rest).await.unwrap();
    drop(connection);
    // Whoever has the place after it knows that it is over.
    while world.upload(&ben, &room, "b.txt", b"words").await.status != 201 {
        assert!(Instant::now() < give_up, "it keeps its place");
        sleep(Duration::from_millis(20)).await;
    }
    only_files_of(&world, &ben).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_photo_nothing_stays_in_a_folder() {
    of_a_photo_nothing_stays(World::start(&ONE_PLACE).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_photo_nothing_stays_in_a_bucket() {
    of_a_photo_nothing_stays(in_a_bucket(&ONE_PLACE).await).await;
}

in_both_storages!(of_a_file_that_waits_for_its_row_nothing_stays);

/// The client leaves while the database is busy: the object is stored then.
async fn of_a_file_that_waits_for_its_row_nothing_stays(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    let busy = world.database.begin_write().await.unwrap();
    let body = form("file", "a.txt", b"words");
    let connection = begin(&world, &ann, &room, &body.len(), &body).await;
    let give_up = Instant::now() + PATIENCE;
    while world.has_nothing_stored().await {
        assert!(Instant::now() < give_up, "its object is not stored");
        sleep(Duration::from_millis(20)).await;
    }
    drop(connection);
    // The gateway has time to hear of it.
    sleep(Duration::from_secs(1)).await;
    drop(busy);
    let next = world.upload(&ben, &room, "b.txt", b"words").await;
    next.expect(201);
    only_files_of(&world, &ben).await;
}

/// Soon there is no row and no object of anybody else.
async fn only_files_of(world: &World, person: &Person) {
    let owner: uuid::Uuid = person.id.parse().unwrap();
    let give_up = Instant::now() + PATIENCE;
    loop {
        let rows = file::Entity::find().all(&world.database.read).await;
        let rows = rows.unwrap();
        let objects: Vec<_> = world.storage.files().try_collect().await.unwrap();
        let is_theirs = |id| rows.iter().any(|row| row.id == id && row.owner_id == owner);
        let mut objects = objects.iter().map(|object| object.key.file_id().unwrap().0);
        if rows.iter().all(|row| row.owner_id == owner) && objects.all(is_theirs) {
            return;
        }
        assert!(Instant::now() < give_up, "{rows:?}");
        sleep(Duration::from_millis(50)).await;
    }
}
