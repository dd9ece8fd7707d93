//! The matching model is made anew where it cannot be gone on with, and where it is outgrown.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use domain::{UserId, matching::model::Portrait, room::Vote};
use entities::{
    matching_model::{self, Column},
    matching_outcome,
};
use sea_orm::{EntityTrait, ExprTrait, sea_query::Expr};
use webchat_workers::persistence::relearn;

use super::{
    Ground, a_user,
    learning::{
        believed_of, decide, expected, outcome, outcomes, stored, until_learned, until_made_of,
        weights,
    },
    on_both_databases, until,
};

on_both_databases!(
    a_young_model_is_made_anew_with_each_outcome,
    a_model_is_outgrown_by_a_certain_outcome_however_many_have_come,
    people_who_take_themselves_out_hold_up_no_rebuild,
    outcomes_from_before_the_model_are_learned_after_a_rebuild,
    damaged_weights_are_made_anew,
    weights_of_an_older_release_are_made_anew,
);

async fn a_young_model_is_made_anew_with_each_outcome(ground: Ground) {
    let people: Vec<UserId> = (0..3).map(|_| a_user()).collect();
    let workers = (ground.worker().await, ground.worker().await);
    for room in 0..4 {
        let members = [people[room % 3], people[(room + 1) % 3]];
        decide(&ground, members, Vote::Keep).await;
        until_made_of(&ground, room + 1).await;
        let model = expected(&outcomes(&ground).await);
        assert_eq!(weights(&stored(&ground).await), *model.weights());
        for member in members {
            let believed = believed_of(&ground, member).await;
            assert_eq!(believed, Some(model.person(member)));
        }
    }
    workers.0.stop().await;
    workers.1.stop().await;
}

async fn a_model_is_outgrown_by_a_certain_outcome_however_many_have_come(ground: Ground) {
    let people: Vec<UserId> = (0..5).map(|_| a_user()).collect();
    for room in 0..45 {
        let vote = [Vote::Keep, Vote::End, Vote::Keep][room % 3];
        let members = [people[room % 5], people[(room + 1 + room % 2) % 5]];
        decide(&ground, members, vote).await;
    }
    let workers = (ground.worker().await, ground.worker().await);
    until_learned(&ground, 45).await;
    until_made_of(&ground, 44).await;
    let (stored, rows) = (stored(&ground).await, outcomes(&ground).await);
    assert_eq!((stored.made_of, stored.learned_since), (44, 1));
    assert_eq!(stored.made_until, rows[43].seq);
    // As if it had been made anew with each of forty outcomes and with every second one after that, and the last had come later.
    let mut model = expected(&rows[..44]);
    for row in &rows[44..] {
        let nobody = Portrait::default();
        model.learn(&outcome(row), &nobody, &nobody).unwrap();
    }
    assert_eq!(weights(&stored), *model.weights());
    for person in &people {
        let believed = believed_of(&ground, *person).await;
        assert_eq!(believed, Some(model.person(*person)));
    }
    workers.0.stop().await;
    workers.1.stop().await;
}

async fn people_who_take_themselves_out_hold_up_no_rebuild(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    for _ in 0..3 {
        decide(&ground, [ada, ben], Vote::Keep).await;
    }
    let worker = ground.worker().await;
    until_learned(&ground, 3).await;
    worker.stop().await;
    let (over, write) = (AtomicBool::new(false), &ground.database.write);
    let others = async {
        while !over.load(Relaxed) {
            let held = matching_model::Entity::update_many()
                .col_expr(Column::Withdrawals, Expr::col(Column::Withdrawals).add(1))
                .exec(write);
            held.await.unwrap();
        }
    };
    let relearned = async {
        let relearned = relearn(&ground.broker, &ground.database).await;
        over.store(true, Relaxed);
        relearned.unwrap()
    };
    let (relearned, ()) = tokio::join!(relearned, others);
    assert_eq!((relearned.learned, relearned.people), (3, 2));
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
