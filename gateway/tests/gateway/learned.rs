//! What matching has learned of a user is told to the user, and goes when the user wants it.

use std::time::Duration;

use domain::{
    TicketId, Timestamp, UserId,
    matching::{
        Telling, TextMode,
        model::{Belief, PersonBeliefs},
    },
};
use entities::{matching_model, matching_person, matching_telling};
use serde_json::{Value, json};
use tokio::time::sleep;

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
    let mut telling = Telling::default();
    for decided_at in [1_795_000_000_000, 1_795_000_060_000] {
        telling.count(true, Timestamp(decided_at));
    }
    telling.tell(beliefs(), 7);
    let db = &world.database.write;
    matching_telling::Entity::save(db, vec![(user.0, telling)])
        .await
        .unwrap();
    let row = matching_person::Model::new(user.0, beliefs());
    matching_person::Entity::save(db, &[row]).await.unwrap();
}

fn in_words(learned: &Value) -> [&str; 2] {
    ["generosity", "appeal"].map(|part| learned[part]["text"].as_str().unwrap())
}

#[tokio::test]
async fn everything_that_was_learned_is_told_and_can_be_reset() {
    const NOTHING: &str = "Nothing was learned yet.";
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let path = "/users/me/learned";
    let new = world.get(&ann, path).await.expect(200);
    assert_eq!(in_words(&new), [NOTHING, NOTHING]);
    assert_eq!((&new["outcomes"], &new["since"]), (&json!(0), &json!(null)));

    learn(&world, id_of(&ann)).await;
    let known = world.get(&ann, path).await.expect(200);
    // In steps of .5.
    assert_eq!(known["generosity"]["value"], json!(2.0));
    assert_eq!(known["generosity"]["uncertainty"], json!(0.5));
    assert_eq!(
        in_words(&known)[0],
        "You keep many more conversations than most people."
    );
    assert_eq!(known["outcomes"], json!(2));
    assert_eq!(known["since"], "2026-11-18T11:06:40.000Z");
    let export = world.get(&ann, "/users/me/export").await.expect(200);
    assert_eq!(export["learned"], known);
    assert_eq!(known["model_version"], json!(7));

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
    assert_eq!(in_words(&reset), [NOTHING, NOTHING]);
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
    assert_eq!(of_ann["outcomes"], json!(2));
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
