//! People who queue, meet somebody, decide, and queue again.

use std::time::Duration;

use contract::{
    api::{TicketView, TicketViewState},
    room::RoomStatus,
};
use domain::{RoomId, UserId};
use rand::RngExt;
use reqwest::Method;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{
    ledger::Event,
    people::{Actor, PATIENCE},
};
use crate::{client::Person, wire::Wire};

const LOOK_AGAIN: std::ops::Range<u64> = 100..400;
/// What a person does in a room, of ten.
const STAYS_AWAY: u32 = 1;
const LEAVES: u32 = 2;
const SAYS_END: u32 = 4;

/// Meets people until it is over, and sees each meeting to its end.
pub async fn meet(mut actor: Actor) {
    while !actor.is_over() {
        if let Some(room) = until_matched(&mut actor).await {
            decide(&mut actor, room).await;
        }
        actor.rest(LOOK_AGAIN).await;
    }
}

async fn until_matched(actor: &mut Actor) -> Option<RoomId> {
    let answer = actor.ask(Method::POST, "/match/queue", None).await?;
    // 409: a match of which the answer was lost.
    if ![202, 409, 503].contains(&answer.status) {
        let what = format!(
            "joining was answered with {}: {}",
            answer.status, answer.body
        );
        actor
            .ledger
            .write(actor.person.id, nowhere(), Event::Strange(what));
    }
    // The queue's lease needs a socket that is seen.
    let person = actor.somewhere();
    let _bell: Option<Wire> = timeout(PATIENCE, person.bell()).await.ok()?.ok();
    let give_up = Instant::now() + Duration::from_secs(8);
    while Instant::now() < give_up && !actor.is_over() {
        actor.rest(LOOK_AGAIN).await;
        let Some(answer) = actor.ask(Method::GET, "/match/queue", None).await else {
            continue;
        };
        if answer.status == 200 {
            let ticket: TicketView = answer.expect(200);
            match ticket.state {
                TicketViewState::Matched => return ticket.room_id,
                TicketViewState::Waiting => {}
                TicketViewState::None => return None,
            }
        }
    }
    None
}

async fn decide(actor: &mut Actor, room: RoomId) {
    let choice = actor.random.random_range(0..10);
    let person = actor.somewhere();
    let _there: Option<Wire> = if choice < STAYS_AWAY {
        None
    } else {
        timeout(PATIENCE, person.wire(room, ""))
            .await
            .ok()
            .and_then(Result::ok)
    };
    let acts_at = Instant::now() + Duration::from_millis(actor.random.random_range(0..6_000));
    let mut acted = choice < STAYS_AWAY;
    // Whatever happens, a meeting is over some time; the judge sees rooms that are not.
    let give_up = Instant::now() + Duration::from_secs(40);
    while Instant::now() < give_up && !actor.is_over() {
        if !acted && Instant::now() >= acts_at {
            acted = act(actor, room, choice).await.is_some();
        }
        if let Some(status) = look(actor, room).await
            && status.outcome.is_some()
        {
            return;
        }
        actor.rest(LOOK_AGAIN).await;
    }
}

/// `None` where no answer came.
async fn act(actor: &mut Actor, room: RoomId, choice: u32) -> Option<()> {
    let (path, form) = match choice {
        _ if choice < LEAVES => (format!("/chat/rooms/{room}/leave"), None),
        _ => {
            let response = if choice < SAYS_END { "end" } else { "keep" };
            let path = format!("/simple-countdown/response/{room}");
            (path, Some(json!({ "response": response })))
        }
    };
    let answer = actor.ask(Method::POST, &path, form).await?;
    match answer.status {
        200 => Some(()),
        // Too early, or too late: another look tells.
        409 | 503 => None,
        status => {
            let what = format!("{path} was answered with {status}: {}", answer.body);
            actor
                .ledger
                .write(actor.person.id, room, Event::Strange(what));
            None
        }
    }
}

/// Looks at a room's status, and writes it down.
pub async fn look(actor: &mut Actor, room: RoomId) -> Option<RoomStatus> {
    let path = format!("/simple-countdown/status/{room}");
    let answer = actor.ask(Method::GET, &path, None).await?;
    if answer.status != 200 {
        return None;
    }
    let status: RoomStatus = answer.expect(200);
    let (state, outcome) = (status.state, status.outcome);
    let event = Event::Status { state, outcome };
    actor.ledger.write(actor.person.id, room, event);
    Some(status)
}

/// Blocks until the answer is there.
pub async fn block(blocker: &Person, blocked: UserId) {
    let path = format!("/users/{blocked}/block");
    while blocker.put(&path, json!({})).await.status != 204 {
        sleep(Duration::from_millis(100)).await;
    }
}

/// Where nobody is: what concerns no room.
fn nowhere() -> RoomId {
    RoomId(uuid::Uuid::nil())
}
