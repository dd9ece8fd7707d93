//! What matching has learned of a user is told to the user, and goes when the user wants it.

use std::time::Duration;

use domain::{
    TicketId, UserId,
    matching::{
        TextMode, in_words,
        model::{Belief, OwnOutcome, PersonBeliefs},
    },
};
use entities::{matching_model, matching_outcome, matching_person};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::world::{Person, World};

pub fn id_of(person: &Person) -> UserId {
    person.id.parse().unwrap()
}

fn beliefs() -> PersonBeliefs {
    let belief = |mean, variance| Belief { mean, variance };
    PersonBeliefs {
        generosity: belief(1.75, 0.25),
        appeal: belief(0.5, 0.25),
    }
}

/// What the user has decided, whether the other one kept it, and whether the time ran out. That of the last one is private.
const OUTCOMES: [(bool, bool, bool); 4] = [
    (true, true, false),
    (true, false, true),
    (true, true, false),
    (false, true, true),
];

/// What is told of them.
fn told() -> [Value; 2] {
    let outcomes = [
        (true, Some(true)),
        (true, Some(false)),
        (true, Some(true)),
        (false, None),
    ];
    let outcomes = outcomes.map(|(keeps, other_keeps)| OwnOutcome { keeps, other_keeps });
    let prior = settings::matching_prior().unwrap();
    let told = in_words(
        PersonBeliefs::of_own_outcomes(&prior, outcomes),
        PersonBeliefs::of_somebody_new(&prior),
        prior.people.generosity_to_appeal,
    );
    told.map(|part| serde_json::to_value(part).unwrap())
}

/// As persistence would store it.
pub async fn learn(world: &World, user: UserId) {
    let begun = async || {
        let model = matching_model::Entity::current(&world.database.read).await;
        model.unwrap().prior_version > 0
    };
    // The model begins with nobody in it, some time after the worker.
    while !begun().await {
        sleep(Duration::from_millis(20)).await;
    }
    let outcomes = OUTCOMES.into_iter().enumerate();
    let outcomes = outcomes.map(|(number, (keeps, other_keeps, ran_out))| {
        let seq = i64::try_from(number).unwrap() + 1;
        // In the place of either.
        let is_low = number % 2 == 0;
        let [low_user, high_user] = match is_low {
            true => [user.0, Uuid::now_v7()],
            false => [Uuid::now_v7(), user.0],
        };
        let [low_keeps, high_keeps] = match is_low {
            true => [keeps, other_keeps],
            false => [other_keeps, keeps],
        };
        matching_outcome::Model {
            room_id: Uuid::now_v7(),
            seq,
            low_user,
            high_user,
            low_keeps,
            high_keeps,
            ran_out,
            low_features: None,
            high_features: None,
            score: 0.5,
            decided_at: 1_795_000_000_000 + 60_000 * number as i64,
            fate: Some(matching_outcome::LEARNED.to_owned()),
        }
    });
    let db = &world.database.write;
    matching_outcome::Entity::record(db, outcomes.collect())
        .await
        .unwrap();
    let row = matching_person::Model::new(user.0, beliefs());
    matching_person::Entity::save(db, &[row]).await.unwrap();
}

fn in_words_of(learned: &Value) -> [&str; 2] {
    ["generosity", "appeal"].map(|part| learned[part]["text"].as_str().unwrap())
}

#[tokio::test]
async fn everything_that_was_learned_is_told_and_can_be_reset() {
    const NOTHING: &str = "Nothing was learned yet.";
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let path = "/users/me/learned";
    let new = world.get(&ann, path).await.expect(200);
    assert_eq!(in_words_of(&new), [NOTHING, NOTHING]);
    assert_eq!((&new["outcomes"], &new["since"]), (&json!(0), &json!(null)));

    learn(&world, id_of(&ann)).await;
    let known = world.get(&ann, path).await.expect(200);
    assert_eq!([&known["generosity"], &known["appeal"]], told().each_ref());
    assert!(in_words_of(&known)[0].starts_with("You keep"), "{known}");
    assert_eq!(known["outcomes"], json!(4));
    assert_eq!(known["since"], "2026-11-18T11:06:40.000Z");
    let export = world.get(&ann, "/users/me/export").await.expect(200);
    assert_eq!(export["learned"], known);

    // Who waits has it on the ticket, and it goes from there, too.
    world.post(&ann, "/match/queue").await.expect(202);
    let ticket = async || {
        world
            .broker
            .ticket(id_of(&ann))
            .await
            .unwrap()
            .unwrap()
            .value
    };
    let waiting = ticket().await;
    assert_eq!(waiting.learned, Some(beliefs()));
    world.ask(&ann, "DELETE", path, None).await.expect(204);
    let reset = world.get(&ann, path).await.expect(200);
    assert_eq!(in_words_of(&reset), [NOTHING, NOTHING]);
    assert_eq!(
        (&reset["outcomes"], &reset["since"]),
        (&json!(0), &json!(null))
    );
    assert_eq!(reset, new);
    let later = ticket().await;
    assert_eq!(later.learned, None);
    assert_eq!((later.id, later.joined_at), (waiting.id, waiting.joined_at));
    world.ask(&ann, "DELETE", path, None).await.expect(204);
}

#[tokio::test]
async fn what_was_learned_is_for_the_user_alone() {
    let world = World::start(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    learn(&world, id_of(&ann)).await;
    let of_ben = world.get(&ben, "/users/me/learned").await.expect(200);
    assert_eq!(of_ben["outcomes"], json!(0));
    world
        .ask(&ben, "DELETE", "/users/me/learned", None)
        .await
        .expect(204);
    let of_ann = world.get(&ann, "/users/me/learned").await.expect(200);
    assert_eq!(of_ann["outcomes"], json!(4));
    let anonymous = world
        .client()
        .send("GET", "/users/me/learned", None, None)
        .await;
    anonymous.expect_problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_ticket_has_the_interests_as_a_text_and_health_says_how_texts_are_compared() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let joined = world.post(&ann, "/match/queue").await.expect(202);
    let ticket = world
        .broker
        .ticket(id_of(&ann))
        .await
        .unwrap()
        .unwrap()
        .value;
    let id: TicketId = joined["ticket_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(ticket.id, id);
    let words = ticket.words.expect("words");
    assert_eq!(words.mode, TextMode::HashedNgrams);
    let health = world.client().send("GET", "/health", None, None).await;
    assert_eq!(health.expect(200)["text_mode"], "hashed_ngrams");
}
