//! Nothing is swept in a storage that is another installation's.

use domain::{RoomId, UserId};
use uuid::Uuid;

use super::{Ground, in_both_storages, is_whole, keep_unsent_for, objects, upload};

in_both_storages!(a_worker_does_not_start_on_the_storage_of_another_installation);

async fn a_worker_does_not_start_on_the_storage_of_another_installation(mut ground: Ground) {
    let id = upload(&ground, RoomId(Uuid::now_v7()), UserId(Uuid::now_v7())).await;
    ground.worker().await.stop().await;
    assert!(is_whole(&ground, id).await);

    keep_unsent_for(&mut ground, 1);
    ground.of_another_installation().await;
    let refusal = ground.worker().await.failure().await;
    assert!(refusal.starts_with("storage.url ("), "{refusal}");
    assert!(refusal.contains("another installation"), "{refusal}");
    assert_eq!(objects(&ground, &[id]).await, 2, "it has no row there");
}
