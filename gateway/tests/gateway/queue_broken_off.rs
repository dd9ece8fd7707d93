//! A wish that is saved is the wish by which one is matched, also where the broker or the client goes away in between.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    learned::{id_of, learn},
    queue::ticket_of,
    world::{Person, World},
};

/// Long enough that the request is at the gateway, short enough that the broker answers what it was asked.
const GONE_AFTER: Duration = Duration::from_secs(2);
const SOON: Duration = Duration::from_secs(20);

fn wishing(gender: &str) -> Value {
    json!({ "display_name": "Ann", "gender": "woman", "interests": ["chess"], "preferred_genders": [gender] })
}

async fn waiting() -> (World, Person) {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    world
        .ask(&ann, "PUT", "/users/me/profile", Some(wishing("man")))
        .await
        .expect(200);
    world.post(&ann, "/match/queue").await.expect(202);
    (world, ann)
}

/// What is saved, and what the waiting ticket says.
async fn wishes(world: &World, person: &Person) -> [Vec<String>; 2] {
    let profile = world.get(person, "/users/me/profile").await.expect(200);
    let saved = serde_json::from_value(profile["preferred_genders"].clone()).unwrap();
    [
        saved,
        ticket_of(world, person).await.features.preferred_genders,
    ]
}

#[tokio::test]
async fn a_wish_is_not_saved_while_the_ticket_cannot_be_told() {
    let (world, ann) = waiting().await;
    world.nats.pause();
    let form = Some(wishing("woman"));
    world
        .ask(&ann, "PUT", "/users/me/profile", form)
        .await
        .expect_problem(503, "unavailable");
    world.nats.resume();
    // The gateway tries to make them agree; nothing changes by that.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(wishes(&world, &ann).await, [["man"], ["man"]]);
}

#[tokio::test]
async fn a_wish_is_saved_and_on_the_ticket_although_the_client_went_away() {
    let (world, ann) = waiting().await;
    world.nats.pause();
    let form = Some(wishing("woman"));
    let saving = world.ask(&ann, "PUT", "/users/me/profile", form);
    assert!(
        timeout(GONE_AFTER, saving).await.is_err(),
        "it is waited for"
    );
    world.nats.resume();
    let agree = async {
        while wishes(&world, &ann).await != [["woman"], ["woman"]] {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, agree).await.expect("saved and on the ticket");
}

#[tokio::test]
async fn a_reset_is_done_and_on_the_ticket_although_the_client_went_away() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    learn(&world, id_of(&ann)).await;
    world.post(&ann, "/match/queue").await.expect(202);
    assert!(ticket_of(&world, &ann).await.learned.is_some());
    world.nats.pause();
    let reset = world.ask(&ann, "DELETE", "/users/me/learned", None);
    assert!(
        timeout(GONE_AFTER, reset).await.is_err(),
        "it is waited for"
    );
    world.nats.resume();
    let forgotten = async {
        let learned = async || world.get(&ann, "/users/me/learned").await.expect(200);
        while ticket_of(&world, &ann).await.learned.is_some() || learned().await["outcomes"] != 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, forgotten).await.expect("reset everywhere");
}
