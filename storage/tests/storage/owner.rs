//! One installation has a storage, and no other one takes it.

use futures_util::future::join_all;
use uuid::Uuid;
use webchat_storage::{ClaimError, MARK};
use webchat_tests::s3::S3;

use crate::{Ground, Place, in_both_places};

in_both_places!(
    a_storage_is_the_first_ones_and_no_others,
    of_many_that_come_at_once_one_has_the_storage,
    a_mark_that_cannot_be_read_is_no_ones,
);

async fn a_storage_is_the_first_ones_and_no_others(ground: Ground) {
    let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
    ground.storage.claim(first).await.unwrap();
    let refused = ground.storage.claim(second).await.unwrap_err();
    assert!(matches!(refused, ClaimError::Foreign(Some(of)) if of == first));
    ground.storage.claim(first).await.unwrap();
    assert_eq!(ground.everything().len(), 1, "the mark");
    assert!(ground.storage.is_empty().await.unwrap(), "it is no file");
}

async fn of_many_that_come_at_once_one_has_the_storage(ground: Ground) {
    let claims = (0..12).map(|_| {
        let storage = ground.storage.clone();
        tokio::spawn(async move { storage.claim(Uuid::new_v4()).await })
    });
    let claims = join_all(claims).await;
    let had = claims
        .iter()
        .filter(|claim| claim.as_ref().unwrap().is_ok());
    assert_eq!(had.count(), 1);
}

#[tokio::test]
async fn a_lost_mark_is_left_again() {
    let ground = Ground::in_a_folder();
    let Place::Folder(folder) = &ground.place else {
        panic!("a folder");
    };
    let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
    ground.storage.claim(first).await.unwrap();
    std::fs::remove_file(folder.path().join(MARK)).unwrap();
    assert_eq!(ground.everything().len(), 0);
    ground.storage.claim(first).await.unwrap();
    ground.storage.claim(second).await.unwrap_err();
}

async fn a_mark_that_cannot_be_read_is_no_ones(ground: Ground) {
    match &ground.place {
        Place::Folder(folder) => std::fs::write(folder.path().join(MARK), "mine").unwrap(),
        Place::Bucket(bucket) => S3::shared().put(bucket, &mark(), "mine"),
    }
    let refused = ground.storage.claim(Uuid::new_v4()).await.unwrap_err();
    assert!(matches!(refused, ClaimError::Foreign(None)), "{refused:?}");
}

/// In a bucket, below the prefix of the settings.
fn mark() -> String {
    format!("chat/{MARK}")
}
