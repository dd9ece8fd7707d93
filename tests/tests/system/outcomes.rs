//! Members who decide and leave at the same moment, on different gateways: one outcome each, the same for both.

use domain::{
    RoomId,
    room::{Reason, RoomState},
};
use futures_util::future::join_all;
use serde_json::json;

use crate::{client::Person, events, eventually, request::Answer, roles::Roles};

const ROOMS: usize = 10;

#[tokio::test]
async fn racing_decisions_come_to_one_outcome_that_both_see() {
    let mut roles = Roles::start(&[]).await;
    roles.start_all(&["gateway-2"]).await;
    let (here, there) = (roles.url("gateway"), roles.url("gateway-2"));
    let races = join_all((0..ROOMS).map(|number| race(&here, &there, number))).await;
    for (ada, ben, room) in races {
        let (seen_by_ada, seen_by_ben) = tokio::join!(ada.status(room), ben.status(room));
        assert_eq!(
            (seen_by_ada.state, seen_by_ada.reason),
            (seen_by_ben.state, seen_by_ben.reason)
        );
        let verbs = outcomes(&roles, room, seen_by_ada.state).await;
        let expected: &[&[&str]] = match seen_by_ada.reason {
            // A kept room may be left afterwards; nothing else follows an outcome.
            Some(Reason::Left) => &[&["ended"], &["kept", "ended"]],
            Some(Reason::BothKept) => &[&["kept"]],
            _ => &[&["ended"]],
        };
        assert!(
            expected.contains(
                &verbs
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            "{verbs:?}"
        );
        let kept = verbs[0] == "kept";
        ada.listed(room, "the outcome", |listed| {
            listed.state == seen_by_ada.state && listed.kept == kept
        })
        .await;
    }
}

/// Both vote at once; in every second room one of them leaves at the same moment.
async fn race(here: &str, there: &str, number: usize) -> (Person, Person, RoomId) {
    let (ada, ben) = tokio::join!(Person::join(here), Person::join(there));
    let room = ada.open_room(&ben).await;
    ada.start_countdown(room).await;
    let last_word = if number.is_multiple_of(2) {
        format!("/chat/rooms/{room}/leave")
    } else {
        format!("/chat/keep/{room}")
    };
    let again = format!("/simple-countdown/start/{room}");
    let answers = tokio::join!(
        vote(&ada, room),
        vote(&ben, room),
        ben.order(&last_word),
        ada.order(&again),
    );
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        let is_expected =
            answer.status == 200 || ["room_ended", "room_kept"].contains(&answer.code());
        assert!(is_expected, "{answer:?}");
    }
    let end = ada.status(room).await;
    assert!(
        matches!(end.state, RoomState::Kept | RoomState::Ended),
        "{end:?}"
    );
    (ada, ben, room)
}

async fn vote(person: &Person, room: RoomId) -> Answer {
    person
        .post(
            &format!("/simple-countdown/response/{room}"),
            json!({ "response": "keep" }),
        )
        .await
}

/// The public events of the room's outcomes, up to the state that it has now.
async fn outcomes(roles: &Roles, room: RoomId, now: RoomState) -> Vec<String> {
    eventually("the outcome is told", async || {
        let events = events::of_room(&roles.nats, room).await;
        let verbs = events.into_iter().map(|event| event.verb);
        let outcomes: Vec<_> = verbs
            .filter(|verb| verb == "kept" || verb == "ended")
            .collect();
        (outcomes.last()? == now.name()).then_some(outcomes)
    })
    .await
}
