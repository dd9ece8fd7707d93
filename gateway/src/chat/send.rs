//! Sending a message: checked, published once, acknowledged by the broker.

use std::time::Duration;

use broker::Publish;
use contract::{message::StoredMessage, problem::Code, streams::CHAT, subjects};
use domain::{
    ClientId, FileId, MessageId, RoomId, UserId,
    message::{needs_lookup, validate_attachment_count, validate_client_id, validate_text},
    room::Room,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::{lookup, room_view::member_room, tail};
use crate::{error::ApiError, files::attach, state::AppState};

/// How long a message waits for the outcome of a room whose time is over.
const OUTCOME_WITHIN: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A message that a member wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendRequest {
    /// The client's name for it; the same one again is the same message.
    pub client_id: ClientId,
    /// Its text.
    pub text: String,
    /// Its files.
    pub attachment_ids: Vec<FileId>,
    /// Whether it may have been sent before.
    pub resend: bool,
}

/// A message that the broker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its place in the order.
    pub seq: u64,
    /// The message; the first one where it was sent before.
    pub stored: StoredMessage,
    /// Whether it had been sent before.
    pub duplicate: bool,
}

/// Sends a message into a room, seen by the sender as `room`. Sent twice with the same `client_id`, it is one message
/// and has one answer. Reads SQL only where the message may be a repetition that the
/// broker has forgotten, and once where it has files.
///
/// # Errors
/// 422 for a bad form, 409 where the room has ended, 503 where the broker is away: then it may have been stored, and
/// repeating it with the same `client_id` is safe.
pub async fn send_message(
    state: &AppState,
    room: &Room,
    sender: UserId,
    request: SendRequest,
) -> Result<Sent, ApiError> {
    validate(&request)?;
    let ended = has_ended(state, room, sender).await?;
    if ended
        || needs_lookup(
            request.client_id,
            request.resend,
            state.broker.clock().now(),
        )
    {
        let found = lookup::find_by_client_id(state, room.id, sender, request.client_id).await?;
        if let Some((seq, stored)) = found {
            return Ok(Sent {
                seq,
                stored,
                duplicate: true,
            });
        }
    }
    if ended {
        return Err(ApiError::new(
            Code::RoomEnded,
            "The room has ended; nothing can be sent any more.",
        ));
    }
    publish(state, room.id, sender, request).await
}

fn validate(request: &SendRequest) -> Result<(), ApiError> {
    let files = &request.attachment_ids;
    let faults: Vec<_> = [
        validate_client_id(request.client_id),
        validate_text(&request.text, !files.is_empty()),
        validate_attachment_count(files.len()),
        attach::validate(files),
    ]
    .into_iter()
    .flatten()
    .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(ApiError::validation(faults)),
    }
}

/// Whether the room is over. Where its time is up and the outcome is not written yet, this waits for the outcome.
async fn has_ended(state: &AppState, room: &Room, sender: UserId) -> Result<bool, ApiError> {
    let now = || state.broker.clock().now();
    if !room.awaits_outcome(now()) {
        return Ok(room.is_ended());
    }
    let give_up = Instant::now() + OUTCOME_WITHIN;
    loop {
        let room = member_room(state, room.id, sender).await?;
        if !room.awaits_outcome(now()) {
            return Ok(room.is_ended());
        }
        if Instant::now() >= give_up {
            return Err(ApiError::unavailable("a room's outcome does not come"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn publish(
    state: &AppState,
    room_id: RoomId,
    sender_id: UserId,
    request: SendRequest,
) -> Result<Sent, ApiError> {
    let SendRequest {
        client_id,
        text,
        attachment_ids,
        ..
    } = request;
    let attachments = attach::claim(state, room_id, sender_id, client_id, &attachment_ids).await?;
    let stored = StoredMessage {
        id: MessageId(Uuid::now_v7()),
        client_id,
        room_id,
        sender_id,
        text,
        attachments,
        sent_at: state.broker.clock().now(),
    };
    let body = serde_json::to_vec(&stored).map_err(ApiError::internal)?;
    let message = Publish::new(subjects::chat(room_id), body);
    let named = message.clone().message_id(stored.dedupe_key());
    let ack = state.broker.publish(named).await?;
    if !ack.duplicate {
        state.seen.message(ack.seq, Some(stored.id));
        return Ok(sent(ack.seq, stored));
    }
    if let Some(first) = original(state, &stored, ack.seq).await? {
        state.seen.message(first.seq, Some(first.stored.id));
        return Ok(first);
    }
    // The broker remembers the name of a message that is nowhere any more: this one may not be dropped for it.
    tracing::warn!(%room_id, seq = ack.seq, "a repeated message has no original and is stored anew");
    let renamed = format!("{}:{}", stored.dedupe_key(), stored.id);
    let ack = state.broker.publish(message.message_id(renamed)).await?;
    state.seen.message(ack.seq, Some(stored.id));
    Ok(sent(ack.seq, stored))
}

fn sent(seq: u64, stored: StoredMessage) -> Sent {
    Sent {
        seq,
        stored,
        duplicate: false,
    }
}

/// The message that was stored when this one was sent for the first time, by the broker's memory at `seq`; `None` where
/// it is nowhere.
async fn original(
    state: &AppState,
    repeated: &StoredMessage,
    seq: u64,
) -> Result<Option<Sent>, ApiError> {
    let at_seq = state.broker.get(&CHAT, seq).await?;
    let at_seq = at_seq.and_then(|record| tail::decode(&record).ok());
    let first = match at_seq.filter(|first| first.dedupe_key() == repeated.dedupe_key()) {
        Some(first) => Some((seq, first)),
        None => {
            let StoredMessage {
                room_id,
                sender_id,
                client_id,
                ..
            } = repeated;
            lookup::find_by_client_id(state, *room_id, *sender_id, *client_id).await?
        }
    };
    Ok(first.map(|(seq, stored)| Sent {
        seq,
        // Repeated by ourselves after a lost answer, it is this very message.
        duplicate: stored.id != repeated.id,
        stored,
    }))
}

#[cfg(test)]
mod tests {
    use domain::message::{AHEAD_FOR, FRESH_FOR};
    use settings::Settings;

    use super::*;

    #[test]
    fn the_broker_remembers_a_message_for_longer_than_one_is_published_without_a_look() {
        let settings = Settings::from_sources(None, []).unwrap();
        // Waiting for an outcome, and a publish with its repetitions.
        let under_way = OUTCOME_WITHIN + settings.nats.request_timeout() * 2;
        assert!(FRESH_FOR + AHEAD_FOR + under_way < CHAT.duplicate_window);
    }
}
