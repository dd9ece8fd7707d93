//! What is taken back of what the matching model has learned is gone, and stays so.

use contract::consumers::PERSISTENCE_LIFE;
use domain::{
    UserId,
    matching::model::{OwnOutcome, PersonBeliefs},
    room::Vote,
};
use entities::{matching_outcome, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;
use webchat_workers::persistence::relearn;

use super::{
    Ground, a_user,
    learning::{
        answer, believed_of, decide, expected, outcomes, stored, until_learned, until_made_of,
        weights,
    },
    on_both_databases,
};

on_both_databases!(
    what_others_answered_is_not_told_in_what_was_learned,
    who_resets_what_was_learned_is_new_and_stays_so,
    what_was_decided_before_a_reset_and_is_stored_later_is_nobodys,
    a_deleted_user_leaves_the_model,
);

/// What was learned of the user is taken back now.
pub async fn reset(ground: &Ground, user: UserId) {
    let (nobody, now) = (Uuid::new_v4(), ground.broker.clock().now().0);
    let transaction = ground.database.begin_write().await.unwrap();
    matching_outcome::Entity::withdraw(&transaction, user.0, nobody, now)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

async fn who_resets_what_was_learned_is_new_and_stays_so(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    for _ in 0..3 {
        decide(&ground, [ada, ben], Vote::Keep).await;
    }
    let worker = ground.worker().await;
    until_learned(&ground, 3).await;
    until_made_of(&ground, 3).await;
    let of_ben = believed_of(&ground, ben).await;
    assert!(of_ben.is_some() && believed_of(&ground, ada).await.is_some());
    reset(&ground, ada).await;
    assert_eq!(believed_of(&ground, ada).await, None);
    assert_eq!(believed_of(&ground, ben).await, of_ben);
    assert_eq!(seen_by(&ground, ada).await, []);
    assert_eq!(seen_by(&ground, ben).await.len(), 3);

    // Neither a rebuild nor a redelivery brings it back, and what comes later counts.
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(believed_of(&ground, ada).await, None);
    assert!(believed_of(&ground, ben).await.is_some());
    worker.stop().await;
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    answer(&ground, [ada, ben], [Some(Vote::End), None]).await;
    until_learned(&ground, 4).await;
    let no = OwnOutcome {
        keeps: false,
        other_keeps: None,
    };
    assert_eq!(seen_by(&ground, ada).await, [no]);
    assert_eq!(seen_by(&ground, ben).await.len(), 4);
    let generosity = believed_of(&ground, ada).await.unwrap().generosity;
    assert!(generosity.mean < 0.0, "only the last no: {generosity:?}");
    worker.stop().await;
}

async fn what_was_decided_before_a_reset_and_is_stored_later_is_nobodys(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    an_account(&ground, ada).await;
    decide(&ground, [ada, ben], Vote::Keep).await;
    // At the latest now the broker's time is later than the decision.
    ground.broker.synchronise_clock().await.unwrap();
    reset(&ground, ada).await;
    let worker = ground.worker().await;
    until_learned(&ground, 1).await;
    assert!(believed_of(&ground, ben).await.is_some());
    assert_eq!(believed_of(&ground, ada).await, None);
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(believed_of(&ground, ada).await, None);
    assert_eq!(seen_by(&ground, ada).await, []);
    decide(&ground, [ada, ben], Vote::Keep).await;
    until_learned(&ground, 2).await;
    assert!(
        believed_of(&ground, ada).await.is_some(),
        "a later one counts"
    );
    worker.stop().await;
}

pub async fn an_account(ground: &Ground, user: UserId) {
    let row = user::ActiveModel {
        id: Set(user.0),
        username: Set(user.to_string()),
        username_key: Set(user.to_string()),
        password_hash: Set("hash".to_owned()),
        date_of_birth: Set("1990-05-17".to_owned()),
        display_name: Set("Somebody".to_owned()),
        created_at: Set(1),
        deleted_at: Set(None),
        learned_reset_at: Set(None),
    };
    row.insert(&ground.database.write).await.unwrap();
}

async fn a_deleted_user_leaves_the_model(ground: Ground) {
    let (ada, ben, cleo) = (a_user(), a_user(), a_user());
    an_account(&ground, ada).await;
    decide(&ground, [ada, ben], Vote::Keep).await;
    decide(&ground, [ben, cleo], Vote::End).await;
    let worker = ground.worker().await;
    until_learned(&ground, 2).await;
    worker.stop().await;
    let transaction = ground.database.begin_write().await.unwrap();
    let erased = user::Entity::erase(&transaction, ada.0, ground.broker.clock().now().0).await;
    assert!(erased.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(believed_of(&ground, ada).await, None, "at once");
    relearn(&ground.broker, &ground.database).await.unwrap();
    let rows = outcomes(&ground).await;
    assert_eq!(rows.len(), 1);
    let model = expected(&rows);
    assert_eq!(weights(&stored(&ground).await), *model.weights());
    assert_eq!(believed_of(&ground, ben).await, Some(model.person(ben)));
    // A late copy of the room does not bring the outcome back.
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(outcomes(&ground).await, rows);
}

/// Ann and Cem say no until the time is over. What Ben says to one and Dan to the other differs, and neither learns it, nor of
/// later ones by it; nor does anybody who meets Ben or Dan.
async fn what_others_answered_is_not_told_in_what_was_learned(ground: Ground) {
    let [ann, ben, cem, dan, eve, fay] = [0; 6].map(|_| a_user());
    let worker = ground.worker().await;
    let told = async |user: UserId| {
        let prior = settings::matching_prior().unwrap();
        PersonBeliefs::of_own_outcomes(&prior, seen_by(&ground, user).await)
    };
    let (keep, end) = (Some(Vote::Keep), Some(Vote::End));
    answer(&ground, [ann, ben], [end, keep]).await;
    answer(&ground, [cem, dan], [end, None]).await;
    until_learned(&ground, 2).await;
    let appeal = async |user| believed_of(&ground, user).await.unwrap().appeal.mean;
    assert!(appeal(ann).await > 0.0 && appeal(cem).await < 0.0);
    assert_eq!(told(ann).await, told(cem).await);
    answer(&ground, [eve, ben], [keep, end]).await;
    answer(&ground, [fay, dan], [keep, end]).await;
    until_learned(&ground, 4).await;
    assert_ne!(appeal(eve).await, appeal(fay).await);
    assert_eq!(told(eve).await, told(fay).await);
    assert!(told(eve).await.appeal.mean < 0.0, "that answer is known");
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(told(ann).await, told(cem).await);
    assert_eq!(told(eve).await, told(fay).await);
    worker.stop().await;
}

/// The user's outcomes, as the user sees them.
async fn seen_by(ground: &Ground, user: UserId) -> Vec<OwnOutcome> {
    let seen = matching_outcome::Entity::seen_by(&ground.database.read, user.0);
    let seen = seen.await.unwrap().into_iter();
    seen.map(|(outcome, _)| outcome).collect()
}
