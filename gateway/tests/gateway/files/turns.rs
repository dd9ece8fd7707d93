//! Pictures of several users at the same time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::time::{Duration, Instant, sleep};
use webchat_tests::pictures;

use super::PATIENCE;
use crate::world::World;

/// However many of the one were there before: the photo of the other is worked on beside them, or behind the one that is.
#[tokio::test(flavor = "multi_thread")]
async fn many_pictures_of_one_user_do_not_delay_the_photo_of_another() {
    const MANY: usize = 10;
    let world = Arc::new(World::start(&[]).await);
    let (ann, ben, room) = world.two_in_a_room().await;
    let ann = Arc::new(ann);
    let large = Arc::new(pictures::jpeg(4_000, 3_000));
    let photo = pictures::jpeg(800, 600);
    let answered = Arc::new(AtomicUsize::new(0));
    let all: Vec<_> = (0..MANY)
        .map(|_| {
            let (world, ann, room) = (Arc::clone(&world), Arc::clone(&ann), room.clone());
            let (large, answered) = (Arc::clone(&large), Arc::clone(&answered));
            tokio::spawn(async move {
                let taken = world.upload(&ann, &room, "large.jpg", &large).await;
                answered.fetch_add(1, Ordering::SeqCst);
                taken
            })
        })
        .collect();
    let give_up = Instant::now() + PATIENCE;
    while answered.load(Ordering::SeqCst) == 0 {
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(5)).await;
    }
    let before = answered.load(Ordering::SeqCst);
    world
        .upload(&ben, &room, "photo.jpg", &photo)
        .await
        .expect(201);
    let meanwhile = answered.load(Ordering::SeqCst) - before;
    // One is under way, and one more may end while the photo travels.
    assert!(meanwhile <= 3, "{meanwhile} of {MANY} went first");
    // A busy machine may be too slow for all of hers.
    for taken in all {
        let taken = taken.await.unwrap();
        assert!([201, 503].contains(&taken.status), "{}", taken.text);
    }
}
