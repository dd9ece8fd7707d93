//! Pictures of avatars go, whenever they come.

use domain::{UserId, avatar::AvatarLevel};
use entities::avatar;
use sea_orm::EntityTrait;
use storage::Key;
use uuid::Uuid;

use super::{delete, in_both_storages};
use crate::persistence::{Ground, a_user, until};

in_both_storages!(a_picture_that_comes_when_its_avatar_is_gone_does_not_stay);

/// Begins a version as a gateway does.
async fn begin(ground: &Ground, user: UserId) -> Uuid {
    let version = Uuid::now_v7();
    let now = ground.broker.clock().now().0;
    let begun = avatar::Entity::begin(&ground.database.write, version, user.0, now);
    begun.await.unwrap();
    version
}

async fn store(ground: &Ground, user: UserId, version: Uuid) {
    let storage = ground.storage();
    for level in AvatarLevel::ALL {
        let key = Key::avatar(user, version, level);
        storage.put(&key, "a picture".into()).await.unwrap();
    }
}

async fn pictures_of(ground: &Ground, user: UserId) -> usize {
    ground.storage().avatars_of(user).await.unwrap()
}

/// The gateway was killed when its picture was on the way, so it takes nothing back.
async fn a_picture_that_comes_when_its_avatar_is_gone_does_not_stay(ground: Ground) {
    let [ada, ben, cleo] = [a_user(), a_user(), a_user()];
    let late = begin(&ground, ada).await;
    delete(&ground, ada).await;
    let worker = ground.worker().await;
    until("the row is gone", async || {
        let row = avatar::Entity::find_by_id(late);
        row.one(&ground.database.read).await.unwrap().is_none()
    })
    .await;
    worker.stop().await;
    store(&ground, ada, late).await;
    let shown = begin(&ground, ben).await;
    store(&ground, ben, shown).await;
    let now = ground.broker.clock().now().0;
    let show = avatar::Entity::show(&ground.database.write, shown, ben.0, now);
    assert!(show.await.unwrap());
    let begun = begin(&ground, cleo).await;
    store(&ground, cleo, begun).await;

    let worker = ground.worker().await;
    until("the late pictures are gone", async || {
        pictures_of(&ground, ada).await == 0
    })
    .await;
    assert_eq!(pictures_of(&ground, ben).await, 3, "what is shown stays");
    assert_eq!(pictures_of(&ground, cleo).await, 3, "what is begun stays");
    worker.stop().await;
}
