//! People who queue, meet somebody, decide, and queue again.

use std::time::Duration;

use contract::{
    api::{TicketView, TicketViewState},
    room::{RoomStatus, RoomSummary},
};
use domain::{RoomId, UserId, room::Vote};
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
/// After so many meetings, on the average, a person blocks whom they met. Few enough that people are left to meet.
const BLOCKS_ONE_OF: u32 = 25;

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
    let answer = actor.ask(Method::POST, "/match/queue", None).await;
    let answered = answer.as_ref().map(|answer| answer.status);
    actor.write(nowhere(), Event::Joined { answered });
    let answer = answer?;
    // 409: a match of which the answer was lost.
    if ![202, 409, 503].contains(&answer.status) {
        let what = format!(
            "joining was answered with {}: {}",
            answer.status, answer.body
        );
        actor.write(nowhere(), Event::Strange(what));
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
                TicketViewState::Matched => {
                    let room = ticket.room_id?;
                    actor.write(room, Event::Matched);
                    return Some(room);
                }
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
            if actor.random.random_ratio(1, BLOCKS_ONE_OF) {
                block_the_other(actor, room).await;
            }
            return;
        }
        actor.rest(LOOK_AGAIN).await;
    }
}

/// Never to meet again.
async fn block_the_other(actor: &mut Actor, room: RoomId) -> Option<()> {
    let answer = actor
        .ask(Method::GET, &format!("/chat/rooms/{room}"), None)
        .await?;
    if answer.status != 200 {
        return None;
    }
    let summary: RoomSummary = answer.expect(200);
    let others = summary.members.iter().map(|member| member.id);
    let other = others.into_iter().find(|id| *id != actor.person.id)?;
    let path = format!("/users/{other}/block");
    let answer = actor.ask(Method::PUT, &path, Some(json!({}))).await;
    let answered = answer.map(|answer| answer.status);
    actor.write(room, Event::Blocked { other, answered });
    Some(())
}

/// `None` where no answer came.
async fn act(actor: &mut Actor, room: RoomId, choice: u32) -> Option<()> {
    let vote = match choice {
        _ if choice < LEAVES => None,
        _ if choice < SAYS_END => Some(Vote::End),
        _ => Some(Vote::Keep),
    };
    let (path, form) = match vote {
        None => (format!("/chat/rooms/{room}/leave"), None),
        Some(vote) => {
            let path = format!("/simple-countdown/response/{room}");
            (path, Some(json!({ "response": vote })))
        }
    };
    let answer = actor.ask(Method::POST, &path, form).await;
    let answered = answer.as_ref().map(|answer| answer.status);
    actor.write(
        room,
        vote.map_or(Event::Left { answered }, |vote| Event::Voted {
            vote,
            answered,
        }),
    );
    let answer = answer?;
    match answer.status {
        200 => Some(()),
        // Too early, or too late: another look tells.
        409 | 503 => None,
        status => {
            let what = format!("{path} was answered with {status}: {}", answer.body);
            actor.write(room, Event::Strange(what));
            None
        }
    }
}

/// Waits for nobody any more. Who waited when the run was over would be matched while its evidence is gathered, and such a room has
/// no outcome yet. Where a match was quicker, its room is judged like all others. `None` where the server did not do it.
pub async fn leave_the_queue(actor: &mut Actor) -> Option<()> {
    let answer = actor.ask(Method::DELETE, "/match/queue", None).await?;
    (answer.status == 204).then_some(())
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
    actor.write(room, event);
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
