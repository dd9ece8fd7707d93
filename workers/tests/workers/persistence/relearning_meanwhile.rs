//! What is decided and taken back while the model is made anew ends as if it had been made after it.

use contract::consumers::PERSISTENCE_LIFE;
use domain::{RoomId, UserId, pair::PairKey, room::Vote};
use entities::{matching_outcome, user};
use webchat_workers::persistence::{Relearned, Relearning, Written};

use super::{
    Ground, TIMING, a_user,
    learning::{believed_of, decide, insert, outcomes, until_learned},
    on_both_databases,
    unlearning::{an_account, reset},
};

on_both_databases!(
    who_resets_meanwhile_is_told_nothing_of_before,
    who_is_deleted_meanwhile_leaves_nothing,
    what_was_learned_meanwhile_is_told_once,
    what_turns_up_meanwhile_is_learned_as_well,
    what_was_refused_and_is_learned_now_is_told,
);

async fn relearning(ground: &Ground) -> Relearning<'_> {
    let relearning = Relearning::of_all(&ground.broker, &ground.database);
    relearning.await.unwrap()
}

/// Of how many outcomes the user is told.
async fn told_of(ground: &Ground, user: UserId) -> usize {
    let seen = matching_outcome::Entity::seen_by(&ground.database.read, user.0);
    seen.await.unwrap().len()
}

fn anew(written: Written) -> Relearned {
    match written {
        Written::Anew(relearned) => relearned,
        other => panic!("not written: {other:?}"),
    }
}

/// Two have decided a room, and others whom nobody has looked at: where `is_late`, it was decided before. No worker runs.
async fn with_a_new_one(
    ground: &Ground,
    is_late: bool,
) -> (UserId, UserId, matching_outcome::Model) {
    let worker = ground.worker().await;
    decide(ground, [a_user(), a_user()], Vote::Keep).await;
    until_learned(ground, 1).await;
    let (ada, ben) = (a_user(), a_user());
    let key = PairKey::of(ada, ben).unwrap();
    let room = RoomId(uuid::Uuid::now_v7());
    ground.broker.open_room(key, room, TIMING).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    let learned = outcomes(ground).await.remove(0);
    let new = matching_outcome::Model {
        room_id: room.0,
        seq: if is_late { 1 } else { learned.seq + 1 },
        low_user: ada.0,
        high_user: ben.0,
        low_keeps: false,
        high_keeps: false,
        ran_out: true,
        fate: None,
        ..learned
    };
    (ada, ben, new)
}

async fn who_resets_meanwhile_is_told_nothing_of_before(ground: Ground) {
    let (ada, ben, new) = with_a_new_one(&ground, false).await;
    insert(&ground, new).await;
    let relearning = relearning(&ground).await;
    let draft = relearning.draft().await.unwrap();
    reset(&ground, ada).await;
    assert_eq!(anew(relearning.write(draft).await.unwrap()).learned, 2);
    assert_eq!(told_of(&ground, ada).await, 0);
    assert_eq!(believed_of(&ground, ada).await, None);
    assert_eq!(told_of(&ground, ben).await, 1);
    assert!(believed_of(&ground, ben).await.is_some());
}

async fn who_is_deleted_meanwhile_leaves_nothing(ground: Ground) {
    let (ada, ben, new) = with_a_new_one(&ground, false).await;
    an_account(&ground, ada).await;
    insert(&ground, new).await;
    let relearning = relearning(&ground).await;
    let draft = relearning.draft().await.unwrap();
    let transaction = ground.database.begin_write().await.unwrap();
    let erased = user::Entity::erase(&transaction, ada.0, ground.broker.clock().now().0).await;
    assert!(erased.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(relearning.write(draft).await.unwrap(), Written::Outdated);
    let draft = relearning.draft().await.unwrap();
    assert_eq!(anew(relearning.write(draft).await.unwrap()).learned, 1);
    for user in [ada, ben] {
        assert_eq!(told_of(&ground, user).await, 0);
        assert_eq!(believed_of(&ground, user).await, None);
    }
}

async fn what_was_learned_meanwhile_is_told_once(ground: Ground) {
    let (ada, ben, new) = with_a_new_one(&ground, false).await;
    insert(&ground, new).await;
    let relearning = relearning(&ground).await;
    let draft = relearning.draft().await.unwrap();
    let worker = ground.worker().await;
    until_learned(&ground, 2).await;
    worker.stop().await;
    assert_eq!(anew(relearning.write(draft).await.unwrap()).learned, 2);
    for user in [ada, ben] {
        assert_eq!(told_of(&ground, user).await, 1);
    }
}

async fn what_turns_up_meanwhile_is_learned_as_well(ground: Ground) {
    let (ada, _, new) = with_a_new_one(&ground, true).await;
    let relearning = relearning(&ground).await;
    let draft = relearning.draft().await.unwrap();
    insert(&ground, new).await;
    assert_eq!(relearning.write(draft).await.unwrap(), Written::Outdated);
    let draft = relearning.draft().await.unwrap();
    assert_eq!(anew(relearning.write(draft).await.unwrap()).learned, 2);
    assert!(believed_of(&ground, ada).await.is_some());
}

async fn what_was_refused_and_is_learned_now_is_told(ground: Ground) {
    let (ada, _, new) = with_a_new_one(&ground, true).await;
    // As it is refused where so much is learned that the model is not made anew with each outcome.
    let refused = matching_outcome::Model {
        fate: Some("already_applied".to_owned()),
        ..new
    };
    insert(&ground, refused).await;
    let relearning = relearning(&ground).await;
    let draft = relearning.draft().await.unwrap();
    assert_eq!(anew(relearning.write(draft).await.unwrap()).learned, 2);
    assert_eq!(told_of(&ground, ada).await, 1);
}
