//! The matching model: every outcome is learned once, in order, by whoever applies it.

use std::time::Duration;

use broker::life::Write;
use contract::{
    consumers::PERSISTENCE_LIFE, life::PublishedModel, streams::LIFE, subjects::LIFE_MODEL,
};
use domain::{
    RoomId, UserId,
    matching::{
        Match,
        model::{Decided, Model, Outcome, PersonBeliefs, Portrait, SWEEPS, Weights},
    },
    room::{Input, Room, Vote},
};
use entities::{matching_model, matching_outcome, matching_person};
use sea_orm::EntityTrait;
use uuid::Uuid;
use webchat_workers::persistence::relearn;

use super::{Ground, TIMING, a_user, on_both_databases, until};

on_both_databases!(
    outcomes_are_learned_once_and_in_order_however_many_apply,
    what_teaches_nothing_is_ignored_with_its_reason,
    a_newer_releases_model_is_left_alone,
);

/// A matched room in which both answer the same.
pub async fn decide(ground: &Ground, members: [UserId; 2], vote: Vote) -> RoomId {
    answer(ground, members, [Some(vote); 2]).await
}

/// A matched room in which each answers this, or nothing; where they differ, its time is over then.
pub async fn answer(ground: &Ground, members: [UserId; 2], votes: [Option<Vote>; 2]) -> RoomId {
    let id = RoomId(Uuid::now_v7());
    let the_match = Match {
        score: 0.2,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
        text_mode: None,
    };
    let room = Room::matched(id, members, the_match, TIMING, ground.broker.clock().now());
    ground
        .broker
        .commit(&[Write::Room(Box::new(room), 0)])
        .await
        .unwrap();
    let votes = members.into_iter().zip(votes);
    let votes = votes.filter_map(|(by, vote)| vote.map(|vote| Input::Vote { by, vote }));
    let mut now = None;
    for input in [Input::Start { by: members[0] }].into_iter().chain(votes) {
        let changed = ground.broker.change_room(id, input, None).await.unwrap();
        now = changed.room.deadline();
    }
    while let Some(deadline) = now {
        let over = Input::Timer(deadline);
        let changed = ground.broker.change_room(id, over, Some(deadline.at));
        now = changed.await.unwrap().room.deadline();
    }
    id
}

pub async fn stored(ground: &Ground) -> matching_model::Model {
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

/// Waits until the model is made anew of so many outcomes.
pub async fn until_made_of(ground: &Ground, rooms: usize) {
    until("the model is made anew", async || {
        usize::try_from(stored(ground).await.made_of) == Ok(rooms)
    })
    .await;
}

pub async fn believed_of(ground: &Ground, user: UserId) -> Option<PersonBeliefs> {
    matching_person::Entity::of(&ground.database.read, user.0)
        .await
        .unwrap()
}

pub fn weights(row: &matching_model::Model) -> Weights {
    serde_json::from_value(row.weights.clone()).unwrap()
}

pub fn outcome(row: &matching_outcome::Model) -> Outcome {
    Outcome {
        seq: row.seq.unsigned_abs(),
        room: RoomId(row.room_id),
        one: UserId(row.low_user),
        other: UserId(row.high_user),
        one_keeps: row.low_keeps,
        other_keeps: row.high_keeps,
    }
}

/// What a rebuild makes of these rows. Nobody of these tests has a profile.
pub fn expected(rows: &[matching_outcome::Model]) -> Model {
    let nobody = Portrait::default();
    let decided = |row| Decided {
        outcome: outcome(row),
        one: &nobody,
        other: &nobody,
    };
    let decided: Vec<Decided<'_>> = rows.iter().map(decided).collect();
    Model::rebuild(settings::matching_prior().unwrap(), &decided, SWEEPS).unwrap()
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
    until_made_of(&ground, 12).await;
    let rows = outcomes(&ground).await;
    let model = expected(&rows);
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
    until_made_of(&ground, 2).await;
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
