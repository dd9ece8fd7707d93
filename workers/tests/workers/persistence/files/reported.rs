//! What an open report holds stays, and goes when it is closed.

use contract::consumers::PERSISTENCE_CHAT;
use domain::{UserId, avatar::AvatarLevel};
use entities::{avatar, deletion, report};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use storage::Key;
use uuid::Uuid;

use super::{
    delete, end, expire_after_a_second, in_both_storages, is_gone, is_whole, talk, upload_and_send,
};
use crate::persistence::{Ground, report_of, until};

in_both_storages!(
    an_open_report_freezes_the_files_of_its_room,
    an_open_report_freezes_the_avatar_that_was_seen,
);

async fn an_open_report_freezes_the_files_of_its_room(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let (reported, other) = (talk(&ground).await, talk(&ground).await);
    let evidence = upload_and_send(&ground, &reported, reported.ada).await;
    let elsewhere = upload_and_send(&ground, &other, other.ada).await;
    let report = report_of(reported.room, reported.ben, reported.ada);
    report::Entity::file(&ground.database.write, report.clone(), Vec::new())
        .await
        .unwrap();
    for talk in [&reported, &other] {
        end(&ground, talk).await;
    }
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_CHAT).await;
    delete(&ground, reported.ada).await;
    until_only_what_is_held_is_left(&ground, reported.ada).await;
    until("the files of the other room are gone", async || {
        is_gone(&ground, elsewhere).await
    })
    .await;
    assert!(is_whole(&ground, evidence).await);
    close(&ground, &report).await;
    until("the evidence is gone", async || {
        is_gone(&ground, evidence).await
    })
    .await;
    worker.stop().await;
}

async fn an_open_report_freezes_the_avatar_that_was_seen(ground: Ground) {
    let talk = talk(&ground).await;
    let seen = shown(&ground, talk.ada).await;
    let report = report::Model {
        room_id: None,
        avatar_version: Some(seen),
        ..report_of(talk.room, talk.ben, talk.ada)
    };
    report::Entity::file(&ground.database.write, report.clone(), Vec::new())
        .await
        .unwrap();
    let worker = ground.worker().await;
    let next = shown(&ground, talk.ada).await;
    let last = shown(&ground, talk.ada).await;
    until("what nobody reported is gone", async || {
        pictures(&ground, talk.ada, next).await == 0
    })
    .await;
    delete(&ground, talk.ada).await;
    until_only_what_is_held_is_left(&ground, talk.ada).await;
    assert_eq!(pictures(&ground, talk.ada, last).await, 0);
    assert_eq!(pictures(&ground, talk.ada, seen).await, 3);
    let visible = avatar::Entity::version_of(&ground.database.read, talk.ada.0).await;
    assert_eq!(visible.unwrap(), None, "held is not shown");
    close(&ground, &report).await;
    until("the evidence is gone, and then the note", async || {
        let note = deletion::Entity::find_by_id(talk.ada.0);
        note.one(&ground.database.read).await.unwrap().is_none()
    })
    .await;
    assert_eq!(ground.storage().avatars_of(talk.ada).await.unwrap(), 0);
    let rows = avatar::Entity::find().all(&ground.database.read).await;
    assert_eq!(rows.unwrap(), []);
    worker.stop().await;
}

/// Makes and shows an avatar as a gateway does; its version.
async fn shown(ground: &Ground, user: UserId) -> Uuid {
    let (version, now) = (Uuid::now_v7(), ground.broker.clock().now().0);
    let write = &ground.database.write;
    avatar::Entity::begin(write, version, user.0, now)
        .await
        .unwrap();
    for level in AvatarLevel::ALL {
        let key = Key::avatar(user, version, level);
        ground.storage().put(&key, "a face".into()).await.unwrap();
    }
    let shown = avatar::Entity::show(write, version, user.0, now).await;
    assert!(shown.unwrap());
    version
}

/// How many pictures the storage has of a version.
async fn pictures(ground: &Ground, user: UserId, version: Uuid) -> usize {
    let mut found = 0;
    for level in AvatarLevel::ALL {
        let picture = ground
            .storage()
            .get(&Key::avatar(user, version, level))
            .await;
        found += usize::from(picture.unwrap().is_some());
    }
    found
}

async fn until_only_what_is_held_is_left(ground: &Ground, user: UserId) {
    until("all is removed, but for what is held", async || {
        let note = deletion::Entity::find_by_id(user.0);
        let note = note.one(&ground.database.read).await.unwrap();
        note.is_some_and(|note| note.held)
    })
    .await;
}

async fn close(ground: &Ground, report: &report::Model) {
    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("dismissed"))
        .filter(report::Column::Id.eq(report.id));
    closed.exec(&ground.database.write).await.unwrap();
}
