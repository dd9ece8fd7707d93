//! What is taken back of what the matching model has learned is gone, and stays so.

use contract::consumers::PERSISTENCE_LIFE;
use domain::{UserId, matching::Telling, room::Vote};
use entities::{matching_outcome, matching_telling, user};
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
    a_deleted_user_leaves_the_model,
);

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
    let withdraw = async |user: UserId| {
        let transaction = ground.database.begin_write().await.unwrap();
        matching_outcome::Entity::withdraw(&transaction, user.0, Uuid::new_v4())
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    };
    withdraw(ada).await;
    assert_eq!(believed_of(&ground, ada).await, None);
    assert_eq!(believed_of(&ground, ben).await, of_ben);
    let telling = async |user: UserId| {
        let telling = matching_telling::Entity::of(&ground.database.read, user.0);
        telling.await.unwrap()
    };
    assert_eq!(telling(ada).await, Telling::default());
    let of_ben = telling(ben).await;
    assert!(of_ben.outcomes > 0, "{of_ben:?}");

    // Neither a rebuild nor a redelivery brings it back, and what comes later counts.
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(believed_of(&ground, ada).await, None);
    assert!(believed_of(&ground, ben).await.is_some());
    worker.stop().await;
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    decide(&ground, [ada, ben], Vote::End).await;
    until_learned(&ground, 4).await;
    let of_ada = telling(ada).await;
    assert_eq!(
        (of_ada.outcomes, of_ada.told),
        (1, None),
        "an answer is not told"
    );
    assert_eq!(telling(ben).await.outcomes, of_ben.outcomes + 1);
    let generosity = believed_of(&ground, ada).await.unwrap().generosity;
    assert!(generosity.mean < 0.0, "only the last no: {generosity:?}");
    worker.stop().await;
}

async fn an_account(ground: &Ground, user: UserId) {
    let row = user::ActiveModel {
        id: Set(user.0),
        username: Set(user.to_string()),
        username_key: Set(user.to_string()),
        password_hash: Set("hash".to_owned()),
        date_of_birth: Set("1990-05-17".to_owned()),
        display_name: Set("Somebody".to_owned()),
        created_at: Set(1),
        deleted_at: Set(None),
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

/// Ann and Cem say no. What Ben says to one and Dan to the other differs, and neither learns it, nor of later ones by it.
async fn what_others_answered_is_not_told_in_what_was_learned(ground: Ground) {
    let [ann, ben, cem, dan] = [0; 4].map(|_| a_user());
    let worker = ground.worker().await;
    let told = async |user: UserId| {
        let telling = matching_telling::Entity::of(&ground.database.read, user.0);
        telling.await.unwrap().told
    };
    answer(&ground, [ann, ben], [Vote::End, Vote::Keep]).await;
    answer(&ground, [cem, dan], [Vote::End, Vote::End]).await;
    until_learned(&ground, 2).await;
    let appeal = async |user| believed_of(&ground, user).await.unwrap().appeal.mean;
    assert!(appeal(ann).await > 0.0 && appeal(cem).await < 0.0);
    assert_eq!((told(ann).await, told(cem).await), (None, None));
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!((told(ann).await, told(cem).await), (None, None));
    for _ in 0..4 {
        decide(&ground, [ann, a_user()], Vote::End).await;
    }
    until_learned(&ground, 6).await;
    let of_ann = told(ann).await.expect("five hide each other");
    assert_eq!(of_ann.outcomes, 5);
    // Both have kept: the answer is known.
    decide(&ground, [dan, a_user()], Vote::Keep).await;
    let (one, other) = (a_user(), a_user());
    decide(&ground, [one, other], Vote::Keep).await;
    until_learned(&ground, 8).await;
    assert_eq!(told(dan).await, None, "it would tell what Cem has answered");
    let of_one = told(one).await.expect("told at once");
    assert!(of_one.beliefs.appeal.mean > 0.0, "{of_one:?}");
    worker.stop().await;
}
