//! What people write of themselves, as matching sees it, with the real text model.

use domain::matching::TextMode;
use serde_json::{Value, json};

use crate::{
    queue::until_matched,
    world::{Person, World},
};

const CLIMBS: &str = "My week is work and my weekend is rock: up the wall in the morning, down in the evening with hands that hurt.";
const CLIMBS_TOO: &str = "Work all week, then rock all weekend: on the wall from morning to evening, until my hands hurt.";

async fn world() -> World {
    let folder = webchat_tests::text_model::folder().display().to_string();
    World::start(&[
        ("WEBCHAT__MATCH__TEXT_MODEL_DIR", &folder),
        ("WEBCHAT__MATCH__REQUIRE_TEXT_MODEL", "true"),
    ])
    .await
}

async fn write(world: &World, person: &Person, interest: &str, bio: &str) {
    let form = json!({ "display_name": "Somebody", "gender": "other", "interests": [interest], "bio": bio });
    world
        .ask(person, "PUT", "/users/me/profile", Some(form))
        .await
        .expect(200);
}

#[tokio::test]
async fn the_biography_is_on_the_ticket_and_follows_the_profile() {
    let world = world().await;
    let ann = world.person("ann").await;
    world.post(&ann, "/match/queue").await.expect(202);
    let user = ann.id.parse().unwrap();
    let ticket = async || world.broker.ticket(user).await.unwrap().unwrap().value;
    let joined = ticket().await;
    assert_eq!(joined.bio, None, "nothing is written yet");
    write(&world, &ann, "chess", CLIMBS).await;
    let written = ticket().await;
    assert_eq!(written.id, joined.id);
    assert_eq!(written.bio.unwrap().mode, TextMode::WordLlama);
    write(&world, &ann, "chess", "🙂").await;
    assert_eq!(ticket().await.bio, None, "it says nothing");
}

#[tokio::test]
async fn two_of_a_kind_are_told_that_they_are_and_nothing_of_what_the_other_wrote() {
    let world = world().await;
    world.start_matchmaker();
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    write(&world, &ann, "chess", CLIMBS).await;
    write(&world, &ben, "yoga", CLIMBS_TOO).await;
    for person in [&ann, &ben] {
        world.post(person, "/match/queue").await.expect(202);
    }
    let room = until_matched(&world, &ann).await["room_id"].clone();
    let path = format!("/chat/rooms/{}", room.as_str().unwrap());
    let seen = world.get(&ann, &path).await;
    for word in ["rock all weekend", "morning to evening", "hands"] {
        assert!(!seen.text.contains(word), "{word}: {}", seen.text);
    }
    let reasons: Vec<Value> = seen.expect(200)["match"]["reasons"]
        .as_array()
        .unwrap()
        .clone();
    let alike = json!({
        "code": "alike_bios", "values": ["word_llama"],
        "text": "You describe yourselves in a similar way (compared by meaning).",
    });
    assert_eq!(reasons.last(), Some(&alike));
    let profile = world.get(&ann, &format!("/users/{}/profile", ben.id)).await;
    assert_eq!(
        profile.expect(200)["bio"],
        json!(null),
        "it is not revealed yet"
    );
}
