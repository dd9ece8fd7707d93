//! The devices on which the user is signed in.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    api::{Page, SignedInDevice},
    problem::Problem,
};
use domain::{SessionId, Timestamp};
use entities::session;
use sea_orm::{QuerySelect, Select};

use super::{
    auth::signed_out,
    json::Json,
    query::PageQuery,
    responses::{Limited, SignedInOnly},
};
use crate::{
    auth::{CurrentUser, SessionPath, sessions},
    error::ApiError,
    state::AppState,
};

/// The user's signed-in devices, the newest first.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "auth", security(("bearer" = [])), params(PageQuery),
    responses(
        (status = OK, body = Page<SignedInDevice>, description = "One page of devices"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`"),
        SignedInOnly,
    )
)]
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    query: PageQuery,
) -> Result<Json<Page<SignedInDevice>>, ApiError> {
    let page = session::Entity::active_of(user.id.0, state.now().0, query.cursor);
    let mut rows = Select::all(page.limit(query.rows()), &state.db.read).await?;
    let next_cursor = query.cut(&mut rows, |row| row.id);
    let items = rows.into_iter().map(|row| view(row, &user)).collect();
    Ok(Json(Page { items, next_cursor }))
}

/// A session as its user sees it.
pub(super) fn view(row: session::Model, user: &CurrentUser) -> SignedInDevice {
    SignedInDevice {
        id: SessionId(row.id),
        user_agent: row.user_agent,
        created_at: Timestamp(row.created_at),
        last_used_at: Timestamp(row.last_used_at),
        current: row.id == user.session.session_id.0,
    }
}

/// Signs a device out, on every gateway and with its sockets. Signing it out again changes nothing.
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "auth", security(("bearer" = [])), params(("id" = SessionId, Path)),
    responses(
        (status = NO_CONTENT, description = "It is signed out"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "`session_not_found`: it is not there, or not yours"),
        SignedInOnly, Limited,
    )
)]
pub async fn sign_out(
    State(state): State<AppState>,
    user: CurrentUser,
    SessionPath(session): SessionPath,
) -> Result<Response, ApiError> {
    let found = Select::one(session::Entity::of(user.id.0, session.0), &state.db.read).await?;
    if found.is_none() {
        return Err(ApiError::session_not_found());
    }
    sessions::end(&state, user.id, session).await?;
    if session == user.session.session_id {
        return signed_out(&state);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
