//! What users are to each other: likes and blocks.

use axum::{extract::State, http::StatusCode};
use contract::problem::Problem;
use domain::{
    FieldError, UserId,
    pair::{Input, PairKey},
};
use entities::user;
use sea_orm::Select;

use super::{people::may_meet, responses::OfUser, rooms::until_listed};
use crate::{
    auth::{CurrentUser, UserPath},
    error::ApiError,
    state::AppState,
};

/// Likes a user. Told to nobody unless it is mutual.
#[utoipa::path(
    put, path = "/users/{id}/like", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses(
        (status = NO_CONTENT, description = "The like is there"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`: oneself"),
        OfUser,
    )
)]
pub async fn like(
    State(state): State<AppState>,
    user: CurrentUser,
    peer: UserPath,
) -> Result<StatusCode, ApiError> {
    change_like(&state, user.id, peer.0, true).await
}

/// Takes a like back.
#[utoipa::path(
    delete, path = "/users/{id}/like", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses(
        (status = NO_CONTENT, description = "The like is not there"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`: oneself"),
        OfUser,
    )
)]
pub async fn unlike(
    State(state): State<AppState>,
    user: CurrentUser,
    peer: UserPath,
) -> Result<StatusCode, ApiError> {
    change_like(&state, user.id, peer.0, false).await
}

/// Blocks a user: ends the open room of the two, and hides each from the other.
#[utoipa::path(
    put, path = "/users/{id}/block", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses(
        (status = NO_CONTENT, description = "The block is there"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`: oneself"),
        OfUser,
    )
)]
pub async fn block(
    State(state): State<AppState>,
    user: CurrentUser,
    peer: UserPath,
) -> Result<StatusCode, ApiError> {
    change_block(&state, user.id, peer.0, true).await
}

/// Takes a block back.
#[utoipa::path(
    delete, path = "/users/{id}/block", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses(
        (status = NO_CONTENT, description = "The block is not there"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`: oneself"),
        OfUser,
    )
)]
pub async fn unblock(
    State(state): State<AppState>,
    user: CurrentUser,
    peer: UserPath,
) -> Result<StatusCode, ApiError> {
    change_block(&state, user.id, peer.0, false).await
}

async fn change_like(
    state: &AppState,
    user: UserId,
    peer: UserId,
    on: bool,
) -> Result<StatusCode, ApiError> {
    let pair = pair_of(user, peer)?;
    may_meet(state, user, peer).await?;
    if state.broker.pair(pair).await?.value.is_blocked() {
        return Err(ApiError::user_not_found());
    }
    change(state, pair, Input::Like { by: user, on }).await
}

async fn change_block(
    state: &AppState,
    user: UserId,
    peer: UserId,
    on: bool,
) -> Result<StatusCode, ApiError> {
    let pair = pair_of(user, peer)?;
    if Select::one(user::Entity::find_active(peer.0), &state.db.read)
        .await?
        .is_none()
    {
        return Err(ApiError::user_not_found());
    }
    change(state, pair, Input::Block { by: user, on }).await
}

async fn change(state: &AppState, pair: PairKey, input: Input) -> Result<StatusCode, ApiError> {
    let change = state.broker.change_pair(pair, input).await?;
    until_listed(state, change.seq).await;
    Ok(StatusCode::NO_CONTENT)
}

fn pair_of(user: UserId, peer: UserId) -> Result<PairKey, ApiError> {
    PairKey::of(user, peer).ok_or_else(|| {
        let fault = FieldError::new("id", "oneself", "Name somebody else.");
        ApiError::validation(vec![fault])
    })
}
