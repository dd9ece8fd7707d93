//! Messages of a room: reading and sending them.

use axum::{extract::State, http::StatusCode};
use contract::{
    api::{MessagePage, SendMessageRequest},
    message::Message,
};

use super::{
    json::Json,
    query::HistoryQuery,
    responses::{Limited, OfRoom, ReadsForm},
};
use crate::{
    auth::RoomMember,
    chat::{
        history, order,
        send::{SendRequest, send_message},
    },
    error::ApiError,
    state::AppState,
};

/// A part of the room's history, ascending by `seq`. Every acknowledged message is there.
#[utoipa::path(
    get, path = "/chat/rooms/{id}/messages", tag = "messages", security(("bearer" = [])),
    params(("id" = domain::RoomId, Path), HistoryQuery),
    responses(
        (status = OK, body = MessagePage, description = "The messages"),
        (status = UNPROCESSABLE_ENTITY, body = contract::problem::Problem, content_type = "application/problem+json", description = "`validation_failed`"),
        OfRoom,
    )
)]
pub async fn read(
    State(state): State<AppState>,
    member: RoomMember,
    query: HistoryQuery,
) -> Result<Json<MessagePage>, ApiError> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let page = history::page(&state, member.room.id, query.before, query.after, limit).await?;
    Ok(Json(MessagePage {
        items: page.items,
        has_more: page.has_more,
    }))
}

/// Sends a message. The same `client_id` again is the same message.
#[utoipa::path(
    post, path = "/chat/rooms/{id}/messages", tag = "messages", security(("bearer" = [])),
    params(("id" = domain::RoomId, Path)), request_body = SendMessageRequest,
    responses(
        (status = CREATED, body = Message, description = "The broker has it"),
        (status = OK, body = Message, description = "It had been sent before"),
        (status = CONFLICT, body = contract::problem::Problem, content_type = "application/problem+json", description = "`room_ended`"),
        ReadsForm, OfRoom, Limited,
    )
)]
pub async fn send(
    State(state): State<AppState>,
    member: RoomMember,
    Json(form): Json<SendMessageRequest>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    state.limits.check_message(member.user)?;
    let request = SendRequest {
        client_id: form.client_id,
        text: form.text,
        attachment_ids: form.attachment_ids,
        resend: false,
    };
    let sent = send_message(&state, &member.room, member.user, request).await?;
    let prev_seq = order::prev_seq_of_new(&state, &member.room, sent.seq).await?;
    let status = if sent.duplicate {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let message = sent.stored.placed(sent.seq, prev_seq);
    Ok((status, Json(state.links.sign(message, state.now()))))
}
