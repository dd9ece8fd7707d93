//! The matching model is made anew where it cannot be gone on with, and where it is outgrown.

use domain::{UserId, room::Vote};
use entities::{matching_model, matching_outcome};
use sea_orm::EntityTrait;
use webchat_workers::persistence::relearn;

use super::{
    Ground, a_user,
    learning::{believed_of, decide, expected, outcomes, stored, until_learned, weights},
    on_both_databases, until,
};

on_both_databases!(
    a_model_that_is_outgrown_is_made_anew,
    outcomes_from_before_the_model_are_learned_after_a_rebuild,
    damaged_weights_are_made_anew,
    weights_of_an_older_release_are_made_anew,
);

async fn a_model_that_is_outgrown_is_made_anew(ground: Ground) {
    let people: Vec<UserId> = (0..5).map(|_| a_user()).collect();
    for room in 0..20 {
        let vote = [Vote::Keep, Vote::End, Vote::Keep][room % 3];
        let members = [people[room % 5], people[(room + 1 + room % 2) % 5]];
        decide(&ground, members, vote).await;
    }
    let workers = (ground.worker().await, ground.worker().await);
    until_learned(&ground, 20).await;
    until("the model is made of all outcomes", async || {
        let stored = stored(&ground).await;
        (stored.made_of, stored.learned_since) == (20, 0)
    })
    .await;
    let model = expected(&outcomes(&ground).await, true);
    for person in &people {
        let believed = believed_of(&ground, *person).await;
        assert_eq!(believed, Some(model.person(*person)));
    }

    // A few more are learned one by one.
    decide(&ground, [people[0], people[1]], Vote::Keep).await;
    until_learned(&ground, 21).await;
    let stored = stored(&ground).await;
    assert_eq!((stored.made_of, stored.learned_since), (20, 1));
    workers.0.stop().await;
    workers.1.stop().await;
}

async fn outcomes_from_before_the_model_are_learned_after_a_rebuild(ground: Ground) {
    decide(&ground, [a_user(), a_user()], Vote::Keep).await;
    let worker = ground.worker().await;
    until_learned(&ground, 1).await;
    worker.stop().await;
    // As a release without the model would have left it.
    matching_outcome::Entity::delete_many()
        .exec(&ground.database.write)
        .await
        .unwrap();
    let shutdown = bootstrap::Shutdown::new();
    let part = webchat_workers::persistence::Part::Rooms;
    webchat_workers::persistence::rebuild(&ground.broker, &ground.database, part, &shutdown)
        .await
        .unwrap();
    let relearned = relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!((relearned.learned, relearned.people), (1, 2));
}

async fn damaged_weights_are_made_anew(ground: Ground) {
    let damaged = |whole: &matching_model::Model| matching_model::Model {
        weights: serde_json::json!({ "intercept": "a lot" }),
        ..whole.clone()
    };
    are_made_anew(&ground, damaged).await;
}

async fn weights_of_an_older_release_are_made_anew(ground: Ground) {
    let older = |whole: &matching_model::Model| {
        let mut before = weights(whole);
        before.prior_version -= 1;
        // It read less of a pair.
        before.pair.truncate(2);
        matching_model::Model {
            prior_version: whole.prior_version - 1,
            weights: serde_json::to_value(before).unwrap(),
            ..whole.clone()
        }
    };
    are_made_anew(&ground, older).await;
}

/// A worker that finds these weights makes those anew which were learned before.
async fn are_made_anew(
    ground: &Ground,
    found: impl Fn(&matching_model::Model) -> matching_model::Model,
) {
    decide(ground, [a_user(), a_user()], Vote::Keep).await;
    let worker = ground.worker().await;
    until_learned(ground, 1).await;
    worker.stop().await;
    let whole = stored(ground).await;
    let found = found(&whole);
    assert!(
        matching_model::Entity::replace(&ground.database.write, &found)
            .await
            .unwrap()
    );
    let worker = ground.worker().await;
    until("the weights are whole", async || {
        let stored = stored(ground).await;
        (stored.prior_version, stored.weights) == (whole.prior_version, whole.weights.clone())
    })
    .await;
    worker.stop().await;
}
