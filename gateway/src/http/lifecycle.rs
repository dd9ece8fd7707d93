//! A room's life: the countdown, the votes, more time, leaving.

use axum::extract::State;
use broker::life::ChangeError;
use contract::{
    api::{CountdownResponseRequest, LikeResponseRequest, YesNo},
    problem::Problem,
    room::{RoomStatus, RoomSummary},
};
use domain::{
    RoomId, UserId,
    room::{Input, Room, Transition, Vote},
};

use super::{
    json::Json,
    responses::{OfRoom, ReadsForm},
    rooms::{summary, until_listed},
};
use crate::{auth::RoomMember, error::ApiError, state::AppState};

/// Votes to keep the room. The other member learns nothing of a vote, only the joint outcome.
#[utoipa::path(
    post, path = "/chat/keep/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)),
    responses(
        (status = OK, body = RoomStatus, description = "The room's status"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`countdown_not_started`, `already_voted`, `room_ended` or `room_kept`"),
        OfRoom,
    )
)]
pub async fn keep(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomStatus>, ApiError> {
    vote(&state, &member, Vote::Keep).await
}

/// Answers a keep request: another name for the countdown's response.
#[utoipa::path(
    post, path = "/chat/like/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)), request_body = LikeResponseRequest,
    responses(
        (status = OK, body = RoomStatus, description = "The room's status"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`countdown_not_started`, `already_voted`, `room_ended` or `room_kept`"),
        ReadsForm, OfRoom,
    )
)]
pub async fn like(
    State(state): State<AppState>,
    member: RoomMember,
    Json(form): Json<LikeResponseRequest>,
) -> Result<Json<RoomStatus>, ApiError> {
    let answer = match form.response {
        YesNo::Yes => Vote::Keep,
        YesNo::No => Vote::End,
    };
    vote(&state, &member, answer).await
}

/// Starts the countdown. A running one is returned unchanged: nobody can reset the clock.
#[utoipa::path(
    post, path = "/simple-countdown/start/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)),
    responses(
        (status = OK, body = RoomStatus, description = "The room's status"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`room_ended` or `room_kept`"),
        OfRoom,
    )
)]
pub async fn start(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomStatus>, ApiError> {
    let room = change(&state, &member.room, Input::Start { by: member.user })
        .await?
        .0;
    status_of(&state, &room, member.user)
}

/// Answers whether to keep the room. The other member learns nothing of it, only the joint outcome.
#[utoipa::path(
    post, path = "/simple-countdown/response/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)), request_body = CountdownResponseRequest,
    responses(
        (status = OK, body = RoomStatus, description = "The room's status"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`countdown_not_started`, `already_voted`, `room_ended` or `room_kept`"),
        ReadsForm, OfRoom,
    )
)]
pub async fn respond(
    State(state): State<AppState>,
    member: RoomMember,
    Json(form): Json<CountdownResponseRequest>,
) -> Result<Json<RoomStatus>, ApiError> {
    vote(&state, &member, form.response).await
}

/// Asks for more time to decide, for both.
#[utoipa::path(
    post, path = "/simple-countdown/extend/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)),
    responses(
        (status = OK, body = RoomStatus, description = "The room's status"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`not_in_notification`, `already_voted` or `extension_limit`"),
        OfRoom,
    )
)]
pub async fn extend(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomStatus>, ApiError> {
    let room = change(&state, &member.room, Input::Extend { by: member.user })
        .await?
        .0;
    status_of(&state, &room, member.user)
}

/// The room's status as the member may see it.
#[utoipa::path(
    get, path = "/simple-countdown/status/{room_id}", tag = "lifecycle", security(("bearer" = [])),
    params(("room_id" = RoomId, Path)),
    responses((status = OK, body = RoomStatus, description = "The room's status"), OfRoom)
)]
pub async fn status(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomStatus>, ApiError> {
    status_of(&state, &member.room, member.user)
}

/// Ends the conversation now. On an ended room nothing changes.
#[utoipa::path(
    post, path = "/chat/rooms/{id}/leave", tag = "lifecycle", security(("bearer" = [])),
    params(("id" = RoomId, Path)),
    responses((status = OK, body = RoomSummary, description = "The room"), OfRoom)
)]
pub async fn leave(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomSummary>, ApiError> {
    let (room, seq) = change(&state, &member.room, Input::Leave { by: member.user }).await?;
    until_listed(&state, seq).await;
    Ok(Json(summary(&state, member.user, &room).await?))
}

async fn vote(
    state: &AppState,
    member: &RoomMember,
    vote: Vote,
) -> Result<Json<RoomStatus>, ApiError> {
    let by = member.user;
    let room = change(state, &member.room, Input::Vote { by, vote })
        .await?
        .0;
    status_of(state, &room, by)
}

/// The room after the input, and the sequence of its event; 0 where the stream has forgotten the room, because it
/// ended long ago.
async fn change(state: &AppState, room: &Room, input: Input) -> Result<(Room, u64), ApiError> {
    match state.broker.change_room(room.id, input, None).await {
        Ok(change) => Ok((change.room, change.seq)),
        Err(ChangeError::NoSuchRoom) => match room.apply(input, state.now())? {
            Transition::Unchanged => Ok((room.clone(), 0)),
            Transition::Changed { .. } => Err(ApiError::room_not_found()),
        },
        Err(error) => Err(error.into()),
    }
}

fn status_of(state: &AppState, room: &Room, member: UserId) -> Result<Json<RoomStatus>, ApiError> {
    let view = room.view(member).ok_or_else(ApiError::room_not_found)?;
    Ok(Json(RoomStatus::at(room.id, view, state.now())))
}
