use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    socket::Socket,
    world::{Person, World},
};

const A_MOMENT: Duration = Duration::from_millis(700);
const A_WHILE: Duration = Duration::from_millis(2_500);

/// Everything that one member receives while the other votes, or does not.
async fn what_the_other_receives(vote: Option<&str>) -> [Vec<Value>; 2] {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let there = world.another_gateway().await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut bens, _) = Socket::chat(&there, &ben, &room, "").await;
    let (mut bens_notices, _) = Socket::notifications(&there, &ben).await;
    world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    anns.say("Well?").await;
    bens.find("stored").await;
    bens_notices.find("unread").await;
    // Whatever is still under way from the beginning.
    tokio::join!(bens.all_within(A_MOMENT), bens_notices.all_within(A_MOMENT));
    if let Some(vote) = vote {
        let path = format!("/simple-countdown/response/{room}");
        world
            .ask(&ann, "POST", &path, Some(json!({ "response": vote })))
            .await
            .expect(200);
        while anns.find("room").await["my_response"] != vote {}
    }
    anns.say("Say something.").await;
    let (chat, notices) = tokio::join!(bens.all_within(A_WHILE), bens_notices.all_within(A_WHILE));
    [chat, notices].map(|frames| {
        frames
            .into_iter()
            .map(|frame| normal(&frame, &ann, &ben, &room))
            .collect()
    })
}

/// Ids and times differ between two runs.
fn normal(frame: &Value, ann: &Person, ben: &Person, room: &str) -> Value {
    let text = frame
        .to_string()
        .replace(&ann.id, "ann")
        .replace(&ben.id, "ben")
        .replace(room, "room");
    let mut frame: Value = serde_json::from_str(&text).unwrap();
    for place in ["", "/last_message"] {
        for moving in [
            "server_time",
            "remaining_ms",
            "ends_at",
            "seq",
            "prev_seq",
            "id",
            "client_id",
            "sent_at",
        ] {
            if let Some(value) = frame.pointer_mut(&format!("{place}/{moving}")) {
                *value = Value::Null;
            }
        }
    }
    frame
}

#[tokio::test]
async fn a_vote_causes_no_frame_that_the_other_member_could_see() {
    let (silent, keep, end) = tokio::join!(
        what_the_other_receives(None),
        what_the_other_receives(Some("keep")),
        what_the_other_receives(Some("end")),
    );
    assert!(
        silent.iter().all(|frames| !frames.is_empty()),
        "there was something to compare: {silent:?}"
    );
    assert_eq!(silent, keep);
    assert_eq!(silent, end);
}
