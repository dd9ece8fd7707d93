//! Somebody in an undecided match changes the profile: it counts when the other does not come.

use domain::{
    RoomId,
    room::Input,
    ticket::{Gone, TicketState},
};
use serde_json::{Value, json};

use crate::{
    queue::{ticket_of, two_matched},
    world::{Person, World},
};

#[tokio::test]
async fn what_is_saved_in_an_undecided_match_counts_when_the_other_does_not_come() {
    let world = World::start(&[]).await;
    let (ann, _ben, matched) = two_matched(&world).await;
    let form = json!({
        "display_name": "Ann", "gender": "woman", "interests": ["chess"], "preferred_genders": ["man"],
    });
    world
        .ask(&ann, "PUT", "/users/me/profile", Some(form))
        .await
        .expect(200);
    let still = world.get(&ann, "/match/queue").await.expect(200);
    assert_eq!(still["room_id"], matched["room_id"]);
    only_this_one_comes(&world, &ann, &matched).await;
    let again = ticket_of(&world, &ann).await;
    assert!(again.is_waiting());
    assert_eq!(again.features.preferred_genders, ["man"]);
    let joined_at = json!(again.joined_at);
    assert_eq!(joined_at, matched["joined_at"]);
}

#[tokio::test]
async fn whoever_empties_the_profile_in_an_undecided_match_does_not_wait_again() {
    let world = World::start(&[]).await;
    let (ann, _ben, matched) = two_matched(&world).await;
    let empty = json!({ "display_name": "Ann" });
    world
        .ask(&ann, "PUT", "/users/me/profile", Some(empty))
        .await
        .expect(200);
    world
        .post(&ann, "/match/queue")
        .await
        .expect_problem(422, "profile_incomplete");
    only_this_one_comes(&world, &ann, &matched).await;
    let left = ticket_of(&world, &ann).await.state;
    assert_eq!(left, TicketState::Gone { why: Gone::Left });
}

/// The room's no-show time comes with one of the two there.
async fn only_this_one_comes(world: &World, person: &Person, matched: &Value) {
    let id: RoomId = matched["room_id"].as_str().unwrap().parse().unwrap();
    let member = person.id.parse().unwrap();
    let arrived = Input::Arrived { member };
    world.broker.change_room(id, arrived, None).await.unwrap();
    let room = world.broker.room(id).await.unwrap().unwrap().value;
    let deadline = room.deadline().unwrap();
    let timer = Input::Timer(deadline);
    let over = world
        .broker
        .change_room(id, timer, Some(deadline.at))
        .await
        .unwrap();
    assert!(over.room.is_ended());
}
