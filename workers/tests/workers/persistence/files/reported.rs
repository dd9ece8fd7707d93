//! What an open report holds stays, and goes when it is closed.

use contract::consumers::PERSISTENCE_CHAT;
use entities::{deletion, report};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    delete, end, expire_after_a_second, in_both_storages, is_gone, is_whole, talk, upload_and_send,
};
use crate::persistence::{Ground, report_of, until};

in_both_storages!(an_open_report_freezes_the_files_of_its_room,);

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
    until(
        "the user's account is removed, but for what is held",
        async || {
            let note = deletion::Entity::find_by_id(reported.ada.0);
            let note = note.one(&ground.database.read).await.unwrap();
            note.is_some_and(|note| note.held)
        },
    )
    .await;
    until("the files of the other room are gone", async || {
        is_gone(&ground, elsewhere).await
    })
    .await;
    assert!(is_whole(&ground, evidence).await);
    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("dismissed"))
        .filter(report::Column::Id.eq(report.id));
    closed.exec(&ground.database.write).await.unwrap();
    until("the evidence is gone", async || {
        is_gone(&ground, evidence).await
    })
    .await;
    worker.stop().await;
}
