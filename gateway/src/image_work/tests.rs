//! Pictures wait for processors and memory, and not without end.

use std::{
    future::{pending, ready},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use contract::problem::Code;
use futures_util::future::join_all;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{permits::taken, *};
use media::image::inspect;

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// A GIF of so many pixels a side, up to where its first frame begins.
fn promising(side: u16) -> Bytes {
    let side = side.to_le_bytes();
    let frame = [b',', 0, 0, 0, 0, 1, 0, 1, 0, 0];
    [b"GIF89a", side.as_slice(), &side, &[0, 0, 0], &frame]
        .concat()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_pictures_than_can_wait_are_told_to_come_back() {
    let work = Arc::new(ImageWork::on(1));
    let (go, wait) = mpsc::channel::<()>();
    let (begun, at_work) = oneshot::channel();
    let first = tokio::spawn({
        let work = Arc::clone(&work);
        async move {
            let stay = move |_: &[u8], _: &Limits| {
                begun.send(()).unwrap();
                Ok(wait.recv().is_err())
            };
            let made = work.run("test", (user(1), promising(10)), 0, stay);
            made.await.map(|(made, _)| made)
        }
    });
    // Its header has been looked at, and it waits no more.
    at_work.await.unwrap();
    let next = || {
        let work = Arc::clone(&work);
        async move {
            let made = work.run("test", (user(1), promising(10)), 0, |_, _| Ok(()));
            // The turn is over with it.
            made.await
                .map(|(made, held)| (made, held.share.num_permits()))
        }
    };
    let waiting: Vec<_> = (0..MAX_WAITING).map(|_| tokio::spawn(next())).collect();
    until(|| work.places.free() == 0).await;
    let refused = next().await.unwrap_err();
    assert_eq!(refused.code, Code::Unavailable);
    assert!(refused.retry_after.is_some());
    drop(go);
    assert!(first.await.unwrap().unwrap());
    for served in join_all(waiting).await {
        assert_eq!(served.unwrap().unwrap(), ((), 0));
    }
    assert_eq!(work.places.free(), MAX_WAITING);
}

#[tokio::test]
async fn a_header_is_not_read_on_the_threads_that_serve() {
    let work = ImageWork::on(1);
    let processor = work.processor().await.unwrap();
    let picture = promising(10);
    let mut header = std::pin::pin!(work.inspect(picture));
    assert!(
        futures_util::poll!(header.as_mut()).is_pending(),
        "it waits for a processor"
    );
    drop(processor);
    // This thread is the only one that serves: what it has not handed on would be done at the first look.
    assert!(futures_util::poll!(header.as_mut()).is_pending());
    assert_eq!(header.await.unwrap().width, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_at_work_share_the_memory_of_one() {
    let work = Arc::new(ImageWork::on(8));
    let picture = promising(4_500);
    let memory = inspect(&picture, &work.limits).unwrap().memory_bytes;
    let together = usize::try_from(work.limits.memory_bytes / memory).unwrap();
    assert_eq!(together, 2, "fewer than there are processors");
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let all = (0..20).map(|number| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        let count = move |_: &[u8], _: &Limits| {
            let at_work = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(at_work, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        };
        work.run("test", (user(number), picture.clone()), 0, count)
    });
    for done in join_all(all).await {
        drop(done.unwrap());
    }
    assert_eq!(most.load(Ordering::SeqCst), together);
}

#[tokio::test]
async fn a_picture_that_breaks_its_decoder_is_refused_and_harms_no_other() {
    let work = ImageWork::on(1);
    let broken = |_: &[u8], _: &Limits| -> Result<(), Refusal> { panic!("a broken decoder") };
    let refused = work
        .run("test", (user(1), promising(10)), 0, broken)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::ValidationFailed);
    assert_eq!(refused.errors[0].code, "damaged_image");
    let next = work.run("test", (user(1), promising(10)), 0, |_, _| Ok(()));
    drop(next.await.unwrap());
}

#[tokio::test]
async fn a_refusal_names_the_file_and_says_what_to_do() {
    let refused = ImageWork::on(1)
        .process(user(1), Bytes::new(), pending())
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::ValidationFailed);
    assert_eq!(refused.errors[0].field, "file");
    assert_eq!(refused.errors[0].code, "not_an_image");
    assert!(refused.errors[0].detail.contains("Send a JPEG"));
}

#[tokio::test]
async fn a_picture_for_which_nobody_waits_is_not_begun() {
    let work = ImageWork::on(1);
    let processor = work.processor().await.unwrap();
    let gone = ready(ApiError::not_authenticated());
    let left = work.process(user(1), whole_picture(), gone).await;
    assert_eq!(left.unwrap_err().code, Code::NotAuthenticated);
    assert_eq!(work.places.free(), MAX_WAITING);
    drop(processor);
    let next = work.process(user(1), whole_picture(), pending());
    drop(next.await.unwrap());
}

#[tokio::test]
async fn a_picture_does_not_wait_for_others_without_end() {
    let mut work = ImageWork::on(1);
    work.wait_within = Duration::from_millis(10);
    let whole = work.limits.memory_bytes;
    for pool in [&work.processors, &work.memory, &work.made] {
        let all = u32::try_from(pool.available_permits()).unwrap();
        let all = taken(pool, all).await.unwrap();
        let refused = work
            .process(user(1), whole_picture(), pending())
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::Unavailable);
        assert!(refused.retry_after.is_some());
        assert_eq!(work.places.free(), MAX_WAITING);
        drop(all);
    }
    work.wait_within = WAIT_WITHIN;
    work.process(user(1), whole_picture(), pending())
        .await
        .unwrap();
    assert_eq!(work.memory.available_permits(), megabytes(whole) as usize);
}

/// The storage may be slow, and what waits for it is counted until then.
#[tokio::test]
async fn what_was_made_keeps_its_share_until_it_is_let_go() {
    let work = ImageWork::on(1);
    let all = work.made.available_permits();
    let one = work
        .process(user(1), whole_picture(), pending())
        .await
        .unwrap();
    let other = work
        .process(user(2), whole_picture(), pending())
        .await
        .unwrap();
    assert_eq!(work.made.available_permits(), all - 2, "a megabyte each");
    drop(one);
    drop(other);
    assert_eq!(work.made.available_permits(), all);
    work.process(user(1), Bytes::new(), pending())
        .await
        .unwrap_err();
    work.avatar(user(1), whole_picture(), None).await.unwrap();
    assert_eq!(work.made.available_permits(), all);
}

/// One processor, and what one user sent first would keep it busy for as long as it takes. The newcomer waits for what is under
/// way, and for nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn many_pictures_of_one_user_do_not_delay_the_first_of_another() {
    const MANY: usize = 10;
    let work = Arc::new(ImageWork::on(1));
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let order = Arc::new(Mutex::new(Vec::new()));
    let costly = (0..MANY).map(|_| {
        let (work, wait, order) = (Arc::clone(&work), Arc::clone(&wait), Arc::clone(&order));
        tokio::spawn(async move {
            let stay = move |_: &[u8], _: &Limits| {
                order.lock().unwrap().push("ada");
                wait.lock().unwrap().recv().unwrap();
                Ok(())
            };
            let made = work.run("test", (user(1), promising(10)), 0, stay);
            made.await.map(|(made, _)| made)
        })
    });
    let costly: Vec<_> = costly.collect();
    until(|| order.lock().unwrap().len() == 1 && work.places.free() == MAX_WAITING - MANY + 1)
        .await;
    let photo = tokio::spawn({
        let (work, order) = (Arc::clone(&work), Arc::clone(&order));
        async move {
            let note = move |_: &[u8], _: &Limits| {
                order.lock().unwrap().push("ben");
                Ok(())
            };
            work.run("test", (user(2), promising(10)), 0, note).await
        }
    });
    until(|| work.places.free() == MAX_WAITING - MANY).await;
    for _ in 0..MANY {
        go.send(()).unwrap();
    }
    drop(photo.await.unwrap().unwrap());
    for done in join_all(costly).await {
        done.unwrap().unwrap();
    }
    assert_eq!(order.lock().unwrap()[..3], ["ada", "ben", "ada"]);
}

/// Of two processors the second is for others: they need not wait at all.
#[tokio::test(flavor = "multi_thread")]
async fn one_user_does_not_keep_all_processors() {
    let work = Arc::new(ImageWork::on(2));
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let begun = Arc::new(AtomicUsize::new(0));
    let costly = (0..3).map(|_| {
        let (work, wait, begun) = (Arc::clone(&work), Arc::clone(&wait), Arc::clone(&begun));
        tokio::spawn(async move {
            let stay = move |_: &[u8], _: &Limits| {
                begun.fetch_add(1, Ordering::SeqCst);
                // Woken by the end of the test.
                Ok(wait.lock().unwrap().recv().is_err())
            };
            let made = work.run("test", (user(1), promising(10)), 0, stay);
            made.await.map(|(made, _)| made)
        })
    });
    let costly: Vec<_> = costly.collect();
    until(|| begun.load(Ordering::SeqCst) == 1 && work.places.free() == MAX_WAITING - 2).await;
    drop(
        work.process(user(2), whole_picture(), pending())
            .await
            .unwrap(),
    );
    assert_eq!(begun.load(Ordering::SeqCst), 1, "one at a time");
    drop(go);
    for done in join_all(costly).await {
        assert!(done.unwrap().unwrap());
    }
}

/// Whoever gave up waiting holds up nobody.
#[tokio::test]
async fn a_turn_that_nobody_waits_for_any_more_is_the_next_ones() {
    let work = ImageWork::on(1);
    let processor = work.processor().await.unwrap();
    let mut first = Box::pin(work.process(user(1), whole_picture(), pending()));
    let mut second = Box::pin(work.process(user(2), whole_picture(), pending()));
    let mut third = Box::pin(work.process(user(3), whole_picture(), pending()));
    for waiting in [&mut first, &mut second, &mut third] {
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    }
    drop((first, second));
    drop(processor);
    third.await.unwrap();
}

/// A GIF of one frame.
fn whole_picture() -> Bytes {
    let frame = [
        &[b',', 0, 0, 0, 0, 1, 0, 1, 0, 0][..],
        &[2, 2, 0x44, 1, 0, b';'],
    ]
    .concat();
    let palette = [0x80, 0, 0, 0, 0, 0, 9, 9, 9];
    [b"GIF89a", &[1, 0, 1, 0][..], &palette, &frame]
        .concat()
        .into()
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
