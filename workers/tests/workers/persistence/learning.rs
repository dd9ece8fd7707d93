//! The matching model: every outcome is learned once, in order, by whoever applies it; what is taken back is gone.

use std::time::Duration;

use broker::life::Write;
use contract::{
    consumers::PERSISTENCE_LIFE, life::PublishedModel, streams::LIFE, subjects::LIFE_MODEL,
};
use domain::{
    RoomId, UserId,
    matching::{
        Match,
        model::{Decided, Model, PersonBeliefs, Portrait, SWEEPS, Weights},
    },
    room::{Input, Room, Vote},
};
use entities::{matching_model, matching_outcome, matching_person, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use uuid::Uuid;
use webchat_workers::persistence::relearn;

use super::{Ground, TIMING, a_user, on_both_databases, until};

on_both_databases!(
    outcomes_are_learned_once_and_in_order_however_many_apply,
    what_teaches_nothing_is_ignored_with_its_reason,
    who_resets_what_was_learned_is_new_and_stays_so,
    a_deleted_user_leaves_the_model,
    a_newer_releases_model_is_left_alone,
    outcomes_from_before_the_model_are_learned_after_a_rebuild,
    damaged_weights_are_made_anew,
    weights_of_an_older_release_are_made_anew,
);

/// Two people who were matched decide by their votes.
pub async fn decide(ground: &Ground, members: [UserId; 2], vote: Vote) -> RoomId {
    let id = RoomId(Uuid::now_v7());
    let the_match = Match {
        score: 0.2,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
    };
    let room = Room::matched(id, members, the_match, TIMING, ground.broker.clock().now());
    ground
        .broker
        .commit(&[Write::Room(Box::new(room), 0)])
        .await
        .unwrap();
    let [one, other] = members;
    for input in [
        Input::Start { by: one },
        Input::Vote { by: one, vote },
        Input::Vote { by: other, vote },
    ] {
        ground.broker.change_room(id, input, None).await.unwrap();
    }
    id
}

async fn stored(ground: &Ground) -> matching_model::Model {
    matching_model::Entity::current(&ground.database.read)
        .await
        .unwrap()
}

pub async fn outcomes(ground: &Ground) -> Vec<matching_outcome::Model> {
    let mut all = matching_outcome::Entity::find()
        .all(&ground.database.read)
        .await
        .unwrap();
    all.sort_by_key(|outcome| outcome.seq);
    all
}

/// Waits until everything is stored and nobody has anything to learn.
pub async fn until_learned(ground: &Ground, rooms: usize) {
    until("everything is learned", async || {
        let all = outcomes(ground).await;
        all.len() == rooms && all.iter().all(|outcome| outcome.fate.is_some())
    })
    .await;
}

async fn believed_of(ground: &Ground, user: UserId) -> Option<PersonBeliefs> {
    matching_person::Entity::of(&ground.database.read, user.0)
        .await
        .unwrap()
}

fn weights(row: &matching_model::Model) -> Weights {
    serde_json::from_value(row.weights.clone()).unwrap()
}

/// What the model makes of these rows, one by one or anew. Nobody of these tests has a profile.
fn expected(rows: &[matching_outcome::Model], anew: bool) -> Model {
    let nobody = Portrait::default();
    let outcome = |row: &matching_outcome::Model| domain::matching::model::Outcome {
        seq: row.seq.unsigned_abs(),
        room: RoomId(row.room_id),
        one: UserId(row.low_user),
        other: UserId(row.high_user),
        one_keeps: row.low_keeps,
        other_keeps: row.high_keeps,
    };
    let prior = settings::matching_prior().unwrap();
    if anew {
        let decided = |row| Decided {
            outcome: outcome(row),
            one: &nobody,
            other: &nobody,
        };
        let decided: Vec<Decided<'_>> = rows.iter().map(decided).collect();
        return Model::rebuild(prior, &decided, SWEEPS).unwrap();
    }
    let mut model = Model::new(prior).unwrap();
    for row in rows {
        model.learn(&outcome(row), &nobody, &nobody).unwrap();
    }
    model
}

async fn outcomes_are_learned_once_and_in_order_however_many_apply(ground: Ground) {
    let workers = (ground.worker().await, ground.worker().await);
    until("the model begins", async || {
        stored(&ground).await.prior_version > 0
    })
    .await;
    let people: Vec<UserId> = (0..4).map(|_| a_user()).collect();
    for round in 0..12 {
        let vote = [Vote::Keep, Vote::End, Vote::Keep][round % 3];
        let members = [people[round % 4], people[(round + 1 + round / 4) % 4]];
        decide(&ground, members, vote).await;
    }
    until_learned(&ground, 12).await;
    let rows = outcomes(&ground).await;
    let model = expected(&rows, false);
    assert_eq!(weights(&stored(&ground).await), *model.weights());
    for person in &people {
        assert_eq!(
            believed_of(&ground, *person).await,
            Some(model.person(*person))
        );
    }
    workers.0.stop().await;
    workers.1.stop().await;

    // A redelivery of everything changes nothing.
    let before = stored(&ground).await;
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    until("the weights are published", async || {
        published(&ground)
            .await
            .is_some_and(|model| model.version == before.version)
    })
    .await;
    worker.stop().await;
    assert_eq!(stored(&ground).await, before);
    assert_eq!(outcomes(&ground).await, rows);
    assert_eq!(published(&ground).await.unwrap().weights, *model.weights());
}

/// The weights in the broker, of which there is one copy.
async fn published(ground: &Ground) -> Option<PublishedModel> {
    let records = ground
        .broker
        .replay(&LIFE, LIFE_MODEL, 1, 100)
        .await
        .unwrap();
    let record = records.last()?;
    Some(serde_json::from_slice(&record.payload).unwrap())
}

pub async fn insert(ground: &Ground, row: matching_outcome::Model) {
    matching_outcome::Entity::record(&ground.database.write, vec![row])
        .await
        .unwrap();
}

async fn what_teaches_nothing_is_ignored_with_its_reason(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    for _ in 0..2 {
        decide(&ground, [ada, ben], Vote::Keep).await;
    }
    let worker = ground.worker().await;
    until_learned(&ground, 2).await;
    let learned = stored(&ground).await;
    let last = outcomes(&ground).await.pop().unwrap();
    // Of nowhere; with oneself; and one that comes after later ones. The last two have rooms of others.
    let nowhere = matching_outcome::Model {
        room_id: Uuid::now_v7(),
        fate: None,
        ..last.clone()
    };
    insert(&ground, nowhere.clone()).await;
    let direct = RoomId(Uuid::now_v7());
    let key = domain::pair::PairKey::of(a_user(), a_user()).unwrap();
    ground.broker.open_room(key, direct, TIMING).await.unwrap();
    ground.until_done(PERSISTENCE_LIFE).await;
    let late = matching_outcome::Model {
        room_id: direct.0,
        seq: 1,
        ..nowhere.clone()
    };
    insert(&ground, late.clone()).await;
    until_learned(&ground, 4).await;
    let fate = async |room: Uuid| {
        let row = matching_outcome::Entity::find_by_id(room)
            .one(&ground.database.read)
            .await;
        row.unwrap().unwrap().fate.unwrap()
    };
    assert_eq!(fate(nowhere.room_id).await, "unknown_room");
    assert_eq!(fate(late.room_id).await, "already_applied");
    assert_eq!(weights(&stored(&ground).await), weights(&learned));
    worker.stop().await;

    // Made anew, the late one has its place; the one of nowhere has none.
    let relearned = relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!((relearned.learned, relearned.ignored), (3, 1));
    assert_eq!(fate(late.room_id).await, "learned");
}

async fn who_resets_what_was_learned_is_new_and_stays_so(ground: Ground) {
    let (ada, ben) = (a_user(), a_user());
    for _ in 0..3 {
        decide(&ground, [ada, ben], Vote::Keep).await;
    }
    let worker = ground.worker().await;
    until_learned(&ground, 3).await;
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
    let (count, since) = matching_outcome::Entity::learned_of(&ground.database.read, ada.0)
        .await
        .unwrap();
    assert_eq!((count, since), (0, None));

    // Neither a rebuild nor a redelivery brings it back, and what comes later counts.
    relearn(&ground.broker, &ground.database).await.unwrap();
    assert_eq!(believed_of(&ground, ada).await, None);
    assert!(believed_of(&ground, ben).await.is_some());
    worker.stop().await;
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    decide(&ground, [ada, ben], Vote::End).await;
    until_learned(&ground, 4).await;
    let (count, _) = matching_outcome::Entity::learned_of(&ground.database.read, ada.0)
        .await
        .unwrap();
    assert_eq!(count, 1);
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
    let model = expected(&rows, true);
    assert_eq!(weights(&stored(&ground).await), *model.weights());
    assert_eq!(believed_of(&ground, ben).await, Some(model.person(ben)));
    // A late copy of the room does not bring the outcome back.
    ground.deliver_again(PERSISTENCE_LIFE).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    worker.stop().await;
    assert_eq!(outcomes(&ground).await, rows);
}

async fn a_newer_releases_model_is_left_alone(ground: Ground) {
    let newer = matching_model::Model {
        prior_version: 9_999,
        ..stored(&ground).await
    };
    assert!(
        matching_model::Entity::replace(&ground.database.write, &newer)
            .await
            .unwrap()
    );
    let newer = stored(&ground).await;
    decide(&ground, [a_user(), a_user()], Vote::Keep).await;
    let worker = ground.worker().await;
    ground.until_done(PERSISTENCE_LIFE).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    worker.stop().await;
    assert_eq!(stored(&ground).await, newer);
    assert_eq!(
        outcomes(&ground).await[0].fate,
        None,
        "it is left for the newer one"
    );
    assert_eq!(published(&ground).await, None);
    let refused = relearn(&ground.broker, &ground.database).await.unwrap_err();
    assert!(refused.to_string().contains("newer release"), "{refused}");
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
