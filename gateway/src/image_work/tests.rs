//! Pictures wait for processors and memory, and not without end.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use contract::problem::Code;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::*;

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
            work.run("test", promising(10), 0, stay).await
        }
    });
    // Its header has been looked at, and it waits no more.
    at_work.await.unwrap();
    let next = || {
        let work = Arc::clone(&work);
        async move { work.run("test", promising(10), 0, |_, _| Ok(())).await }
    };
    let waiting: Vec<_> = (0..MAX_WAITING).map(|_| tokio::spawn(next())).collect();
    until(|| work.places.free() == 0).await;
    let refused = next().await.unwrap_err();
    assert_eq!(refused.code, Code::Unavailable);
    assert!(refused.retry_after.is_some());
    drop(go);
    assert!(first.await.unwrap().unwrap().0);
    for served in join_all(waiting).await {
        let (_, share) = served.unwrap().unwrap();
        assert_eq!(share.num_permits(), 0);
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
    let all = (0..20).map(|_| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        let count = move |_: &[u8], _: &Limits| {
            let at_work = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(at_work, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        };
        work.run("test", picture.clone(), 0, count)
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
        .run("test", promising(10), 0, broken)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::ValidationFailed);
    assert_eq!(refused.errors[0].code, "damaged_image");
    let next = work.run("test", promising(10), 0, |_, _| Ok(()));
    drop(next.await.unwrap());
}

#[tokio::test]
async fn a_refusal_names_the_file_and_says_what_to_do() {
    let refused = ImageWork::on(1).process(Bytes::new()).await.unwrap_err();
    assert_eq!(refused.code, Code::ValidationFailed);
    assert_eq!(refused.errors[0].field, "file");
    assert_eq!(refused.errors[0].code, "not_an_image");
    assert!(refused.errors[0].detail.contains("Send a JPEG"));
}

#[tokio::test]
async fn a_picture_does_not_wait_for_others_without_end() {
    let mut work = ImageWork::on(1);
    work.wait_within = Duration::from_millis(10);
    let whole = work.limits.memory_bytes;
    for pool in [&work.processors, &work.memory, &work.made] {
        let all = u32::try_from(pool.available_permits()).unwrap();
        let all = taken(pool, all).await.unwrap();
        let refused = work.process(whole_picture()).await.unwrap_err();
        assert_eq!(refused.code, Code::Unavailable);
        assert!(refused.retry_after.is_some());
        assert_eq!(work.places.free(), MAX_WAITING);
        drop(all);
    }
    work.wait_within = WAIT_WITHIN;
    work.process(whole_picture()).await.unwrap();
    assert_eq!(work.memory.available_permits(), megabytes(whole) as usize);
}

/// The storage may be slow, and what waits for it is counted until then.
#[tokio::test]
async fn what_was_made_keeps_its_share_until_it_is_let_go() {
    let work = ImageWork::on(1);
    let all = work.made.available_permits();
    let one = work.process(whole_picture()).await.unwrap();
    let other = work.process(whole_picture()).await.unwrap();
    assert_eq!(work.made.available_permits(), all - 2, "a megabyte each");
    drop(one);
    drop(other);
    assert_eq!(work.made.available_permits(), all);
    work.process(Bytes::new()).await.unwrap_err();
    work.avatar(whole_picture(), None).await.unwrap();
    assert_eq!(work.made.available_permits(), all);
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
