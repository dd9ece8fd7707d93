//! People who talk, and send again what is not acknowledged.

use contract::message::Message;
use domain::{ClientId, RoomId};
use rand::RngExt;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{
    ledger::Event,
    people::{Actor, PATIENCE, PAUSE},
};
use crate::wire::{Sent, Wire, send_once};

/// Says one thing after the other until it is over: mostly on a socket, sometimes over HTTP, and now and then again
/// although it was acknowledged.
pub async fn talk(mut actor: Actor, room: RoomId) {
    let mut wire = None;
    while !actor.is_over() {
        let client_id = ClientId(Uuid::now_v7());
        let mut again = false;
        while !actor.is_over() {
            actor.write(room, Event::Sent { client_id, again });
            let over_http = actor.random.random_ratio(1, 5);
            let acked = if over_http {
                say_over_http(&mut actor, room, client_id, again).await
            } else {
                say(&mut wire, &mut actor, room, client_id, again).await
            };
            again = true;
            match acked {
                Some(seq) => {
                    actor.write(
                        room,
                        Event::Acked {
                            client_id,
                            seq,
                            over_http,
                        },
                    );
                    if !actor.random.random_ratio(1, 10) {
                        break;
                    }
                }
                None => {
                    wire = None;
                    actor.rest(PAUSE).await;
                }
            }
        }
        actor.rest(PAUSE).await;
    }
}

async fn say(
    wire: &mut Option<Wire>,
    actor: &mut Actor,
    room: RoomId,
    client_id: ClientId,
    again: bool,
) -> Option<u64> {
    if wire.is_none() {
        *wire = actor.open(room, "").await;
    }
    match send_once(wire.as_mut()?, client_id, again, PATIENCE).await {
        Sent::Acked(seq) => Some(seq),
        Sent::Refused(code) => {
            actor.write(room, Event::Refused { code });
            None
        }
        Sent::Unanswered => None,
    }
}

async fn say_over_http(
    actor: &mut Actor,
    room: RoomId,
    client_id: ClientId,
    again: bool,
) -> Option<u64> {
    let form = json!({ "client_id": client_id, "text": client_id });
    let path = format!("/chat/rooms/{room}/messages");
    let answer = actor.ask(Method::POST, &path, Some(form)).await?;
    match answer.status {
        201 => Some(answer.expect::<Message>(201).seq),
        200 if again => Some(answer.expect::<Message>(200).seq),
        503 => None,
        status => {
            let what = format!("sending was answered with {status}: {}", answer.body);
            actor.write(room, Event::Strange(what));
            None
        }
    }
}
