//! What matching learns from: its row is a lock, and what is taken back is gone.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, TransactionTrait,
};
use webchat_entities::{
    matching_model,
    matching_outcome::{Entity, LEARNED, Model},
    room_member, user,
};

use crate::{ADA, BEN, accounts::register, id, on_both_databases, on_postgres};

on_both_databases!(
    one_at_a_time_makes_the_model_anew,
    who_has_nothing_to_take_back_changes_nothing,
    outcomes_that_were_taken_back_go_with_the_account,
    outcomes_are_counted_by_what_was_learned,
);

fn outcome(room: u128, other: Uuid) -> Model {
    Model {
        room_id: id(room),
        seq: 10 * i64::try_from(room).expect("small"),
        low_user: ADA,
        high_user: other,
        low_keeps: true,
        high_keeps: false,
        ran_out: true,
        low_features: None,
        high_features: None,
        score: 0.2,
        decided_at: 5,
        fate: Some(LEARNED.to_owned()),
    }
}

/// Ada has met Ben in room 1, and somebody else in room 2.
async fn two_outcomes(db: &DatabaseConnection) {
    let rows = vec![outcome(1, BEN), outcome(2, id(77))];
    assert_eq!(Entity::record(db, rows).await.expect("recorded"), 2);
}

async fn withdrawals(db: &DatabaseConnection) -> i64 {
    let model = matching_model::Entity::current(db).await;
    model.expect("the model").withdrawals
}

async fn one_at_a_time_makes_the_model_anew(db: &DatabaseConnection) {
    let claim = async |now, until| {
        let claimed = matching_model::Entity::claim(db, now, until).await;
        claimed.expect("an answer")
    };
    assert!(claim(10, 20).await);
    assert!(!claim(15, 25).await, "the first one is at it");
    assert!(claim(20, 30).await, "who claimed it seems to have died");
    let release = async |until| matching_model::Entity::release(db, until).await;
    release(20).await.expect("released");
    assert!(!claim(21, 31).await, "that was somebody else's claim");
    release(30).await.expect("released");
    assert!(claim(21, 31).await);
}

async fn who_has_nothing_to_take_back_changes_nothing(db: &DatabaseConnection) {
    two_outcomes(db).await;
    let nobody = Uuid::new_v4();
    Entity::withdraw(db, ADA, nobody, 9)
        .await
        .expect("withdrawn");
    assert_eq!(withdrawals(db).await, 1);
    Entity::withdraw(db, ADA, nobody, 9)
        .await
        .expect("withdrawn");
    assert_eq!(withdrawals(db).await, 1);
    let members = Entity::members_until(db, 10).await.expect("members");
    assert_eq!(members, [nobody, BEN].into());
}

/// On SQLite one writes after the other.
#[tokio::test]
async fn what_is_being_stored_of_a_user_is_found_by_the_reset() {
    let fresh = on_postgres().await;
    let db = &fresh.db;
    register(db, ADA, "ada").await.expect("an account");
    let storing = db.begin().await.expect("begun");
    let gone = user::Entity::deleted_among(&storing, &[ADA, BEN]).await;
    assert!(gone.expect("held").is_empty());
    let row = outcome(1, BEN);
    Entity::record(&storing, vec![row]).await.expect("recorded");
    let resetting = db.begin().await.expect("begun");
    let reset = async {
        let reset = Entity::withdraw(&resetting, ADA, Uuid::new_v4(), 9).await;
        reset.expect("reset");
        resetting.commit().await.expect("committed");
    };
    let mut reset = Box::pin(reset);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut reset).await;
    storing.commit().await.expect("committed");
    if early.is_err() {
        reset.await;
    }
    let rows = Entity::find().all(db).await.expect("rows");
    assert!(rows.iter().all(|row| row.low_user != ADA), "{rows:?}");
}

async fn outcomes_that_were_taken_back_go_with_the_account(db: &DatabaseConnection) {
    two_outcomes(db).await;
    for room in [1, 2] {
        let member = room_member::Model {
            user_id: ADA,
            room_id: id(room),
            created_at: 1,
        };
        let inserted = member.into_active_model().insert(db).await;
        inserted.expect("a member");
    }
    let withdrawn = Entity::withdraw(db, ADA, Uuid::new_v4(), 9).await;
    withdrawn.expect("withdrawn");
    assert_eq!(Entity::forget(db, ADA).await.expect("forgotten"), 2);
    let left = Entity::find().all(db).await.expect("rows");
    assert!(left.is_empty(), "{left:?}");
}

async fn outcomes_are_counted_by_what_was_learned(db: &DatabaseConnection) {
    two_outcomes(db).await;
    let nth = async |after, nth| {
        let found = Entity::nth_learned_after(db, after, nth).await;
        found.expect("an answer")
    };
    assert_eq!([nth(0, 1).await, nth(0, 2).await], [Some(10), Some(20)]);
    assert_eq!([nth(10, 1).await, nth(10, 2).await], [Some(20), None]);
    Entity::settle(db, [(id(1), "unknown_room")])
        .await
        .expect("settled");
    assert_eq!(nth(0, 1).await, Some(20));
    let later = Entity::learned_between(db, 0, 20).await.expect("rows");
    assert_eq!(later.len(), 1);
}
