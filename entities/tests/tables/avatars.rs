//! Avatars: one is shown, and whatever is not goes.

use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, sea_query::Expr};
use webchat_entities::{avatar::Entity, deletion, removal::Removal, report};

use crate::{ADA, BEN, id, on_both_databases};

on_both_databases!(
    a_new_avatar_takes_the_place_of_the_old_one,
    what_was_begun_is_not_seen_and_goes_after_a_while,
    a_hidden_avatar_goes_and_a_new_one_can_be_shown,
    nothing_of_a_deleted_user_is_shown_any_more,
    what_is_not_removed_is_not_forgotten,
    every_version_is_known_until_it_is_forgotten,
    an_open_report_holds_the_avatar_that_was_seen,
);

async fn shown_of(db: &DatabaseConnection, user: Uuid) -> Option<Uuid> {
    let row = Entity::shown_of(user).one(db).await.expect("shown");
    row.map(|row| row.version)
}

async fn removed(db: &DatabaseConnection) -> Vec<Uuid> {
    let rows = Entity::removed(db, None, 10).await.expect("removed");
    rows.iter().map(|row| row.version).collect()
}

async fn begin(db: &DatabaseConnection, version: u128, user: Uuid, now: i64) {
    Entity::begin(db, id(version), user, now)
        .await
        .expect("begun");
}

async fn show(db: &DatabaseConnection, version: u128, user: Uuid, now: i64) -> bool {
    Entity::show(db, id(version), user, now)
        .await
        .expect("shown")
}

async fn a_new_avatar_takes_the_place_of_the_old_one(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    begin(db, 2, BEN, 10).await;
    assert!(show(db, 1, ADA, 11).await && show(db, 2, BEN, 11).await);
    begin(db, 3, ADA, 20).await;
    assert_eq!(
        shown_of(db, ADA).await,
        Some(id(1)),
        "until the new one is there"
    );
    assert!(show(db, 3, ADA, 21).await);
    assert_eq!(shown_of(db, ADA).await, Some(id(3)));
    assert_eq!(shown_of(db, BEN).await, Some(id(2)));
    assert_eq!(removed(db).await, [id(1)]);
    Entity::forget(db, id(1)).await.expect("forgotten");
    assert!(removed(db).await.is_empty());
}

async fn what_was_begun_is_not_seen_and_goes_after_a_while(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    begin(db, 2, ADA, 20).await;
    begin(db, 3, BEN, 10).await;
    assert!(show(db, 3, BEN, 11).await);
    assert_eq!(shown_of(db, ADA).await, None);
    let gone = Entity::remove_unfinished(db, 20, 30)
        .await
        .expect("removed");
    assert_eq!((gone, removed(db).await), (1, vec![id(1)]));
    assert!(!show(db, 1, ADA, 31).await, "too late");
    assert_eq!(shown_of(db, ADA).await, None);
    assert!(show(db, 2, ADA, 31).await);
    assert_eq!(shown_of(db, ADA).await, Some(id(2)));
}

async fn a_hidden_avatar_goes_and_a_new_one_can_be_shown(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    assert!(show(db, 1, ADA, 11).await);
    begin(db, 2, ADA, 20).await;
    for hidden in [true, false] {
        assert_eq!(Entity::hide(db, ADA, 21).await.expect("hidden"), hidden);
    }
    assert_eq!(shown_of(db, ADA).await, None);
    assert!(
        show(db, 2, ADA, 22).await,
        "what came at the same time stays"
    );
    assert_eq!(removed(db).await, [id(1)]);
}

async fn nothing_of_a_deleted_user_is_shown_any_more(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    assert!(show(db, 1, ADA, 11).await);
    begin(db, 2, ADA, 20).await;
    begin(db, 3, BEN, 20).await;
    assert_eq!(Entity::erase(db, ADA, 30).await.expect("erased"), 2);
    assert_eq!(shown_of(db, ADA).await, None);
    assert!(!show(db, 2, ADA, 31).await);
    let mut left = removed(db).await;
    left.sort();
    assert_eq!(left, [id(1), id(2)]);
    for version in left {
        Entity::forget(db, version).await.expect("forgotten");
    }
    assert_eq!(Entity::erase(db, ADA, 40).await.expect("erased"), 0);
    let others = Entity::find().all(db).await.expect("rows");
    assert_eq!(others.len(), 1, "another user's stays");
}

async fn what_is_not_removed_is_not_forgotten(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    begin(db, 2, ADA, 10).await;
    assert!(show(db, 1, ADA, 11).await);
    for version in [1, 2] {
        Entity::forget(db, id(version)).await.expect("forgotten");
    }
    assert_eq!(shown_of(db, ADA).await, Some(id(1)));
    assert!(
        show(db, 2, ADA, 12).await,
        "a row whose pictures come is there"
    );
    Entity::forget(db, id(1)).await.expect("forgotten");
    assert!(removed(db).await.is_empty());
    assert_eq!(shown_of(db, ADA).await, Some(id(2)));
}

async fn every_version_is_known_until_it_is_forgotten(db: &DatabaseConnection) {
    for version in [1, 2, 3] {
        begin(db, version, ADA, 10).await;
    }
    assert!(show(db, 2, ADA, 11).await);
    let gone = Entity::remove_unfinished(db, 20, 30).await;
    assert_eq!(gone.expect("removed"), 2);
    Entity::forget(db, id(3)).await.expect("forgotten");
    let asked = [1, 2, 3, 4].map(id);
    let known = Entity::known_among(db, &asked).await.expect("known");
    assert_eq!(known, [1, 2].map(id).into());
}

async fn an_open_report_holds_the_avatar_that_was_seen(db: &DatabaseConnection) {
    begin(db, 1, ADA, 10).await;
    assert!(show(db, 1, ADA, 11).await);
    let seen = Entity::version_of(db, ADA).await.expect("a version");
    assert_eq!(seen, Some(id(1)));
    for report in [100, 101] {
        file_report(db, report, seen).await;
    }
    begin(db, 2, ADA, 20).await;
    assert!(show(db, 2, ADA, 21).await);
    assert_eq!(shown_of(db, ADA).await, Some(id(2)));
    assert_eq!(Entity::erase(db, ADA, 30).await.expect("erased"), 1);
    assert_eq!(shown_of(db, ADA).await, None, "held is not shown");
    assert_eq!(removed(db).await, [id(2)], "what nobody reported goes");
    for version in [1, 2] {
        Entity::forget(db, id(version)).await.expect("forgotten");
    }
    assert_eq!(Entity::erase(db, ADA, 40).await.expect("erased"), 0);
    assert!(held(db).await && !is_due(db).await);
    close_report(db, 100).await;
    assert!(removed(db).await.is_empty(), "the other report is open");
    assert!(held(db).await && !is_due(db).await);
    close_report(db, 101).await;
    assert!(!held(db).await && is_due(db).await);
    assert_eq!(removed(db).await, [id(1)]);
    Entity::forget(db, id(1)).await.expect("forgotten");
    let left = Entity::find().all(db).await.expect("rows");
    assert_eq!(left, []);
}

async fn held(db: &DatabaseConnection) -> bool {
    let holds = report::Entity::holds_something_of(db, ADA).await;
    holds.expect("an answer")
}

/// Whether there is something to be done about Ada, of whom only a report has held something so far.
async fn is_due(db: &DatabaseConnection) -> bool {
    deletion::Entity::note(db, [ADA]).await.expect("noted");
    let note = deletion::Entity::find_by_id(ADA).one(db).await;
    let note = note.expect("a note").expect("a note");
    deletion::Entity::done(db, &note, true).await.expect("done");
    let due = deletion::Entity::due(db, 10).await.expect("a list");
    due.iter().any(|note| note.user_id == ADA)
}

async fn file_report(db: &DatabaseConnection, number: u128, avatar_version: Option<Uuid>) {
    let report = report::Model {
        id: id(number),
        reporter_id: BEN,
        reported_id: ADA,
        room_id: None,
        avatar_version,
        reason: "impersonation".to_owned(),
        detail: None,
        state: report::OPEN.to_owned(),
        created_at: 1,
        closed_at: None,
    };
    let filed = report::Entity::file(db, report, Vec::new()).await;
    filed.expect("filed");
}

async fn close_report(db: &DatabaseConnection, number: u128) {
    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("upheld"))
        .filter(report::Column::Id.eq(id(number)));
    closed.exec(db).await.expect("closed");
}
