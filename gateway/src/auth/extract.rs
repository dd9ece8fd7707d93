//! Authorisation as parameter types: a handler that takes one cannot forget it.

use std::sync::Arc;

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use domain::{RoomId, SessionId, UserId, room::Room};
use uuid::Uuid;

use super::{Session, authenticate};
use crate::{chat::room_view::member_room, error::ApiError, state::AppState};

/// The signed-in user who asks.
#[derive(Debug, Clone, Copy)]
pub struct CurrentUser {
    /// The user.
    pub id: UserId,
    /// By which session.
    pub session: Session,
}

/// A member of the room that the path names, and the room. Anybody else gets `room_not_found`.
#[derive(Debug, Clone)]
pub struct RoomMember {
    /// The member who asks.
    pub user: UserId,
    /// The room.
    pub room: Arc<Room>,
}

/// The user that the path names; whether there is such a user, it does not say.
#[derive(Debug, Clone, Copy)]
pub struct UserPath(pub UserId);

/// The session that the path names; whether there is such a session, it does not say.
#[derive(Debug, Clone, Copy)]
pub struct SessionPath(pub SessionId);

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or_else(ApiError::not_authenticated)?;
        let session = authenticate(state, token)?;
        tracing::Span::current().record("user_id", tracing::field::display(session.user_id));
        Ok(Self {
            id: session.user_id,
            session,
        })
    }
}

impl FromRequestParts<AppState> for RoomMember {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let user = CurrentUser::from_request_parts(parts, state).await?.id;
        let room = path_id(parts)
            .await
            .map(RoomId)
            .ok_or_else(ApiError::room_not_found)?;
        tracing::Span::current().record("room_id", tracing::field::display(room));
        let room = member_room(state, room, user).await?;
        Ok(Self { user, room })
    }
}

impl FromRequestParts<AppState> for UserPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let user = path_id(parts).await.map(UserId);
        user.map(Self).ok_or_else(ApiError::user_not_found)
    }
}

impl FromRequestParts<AppState> for SessionPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let session = path_id(parts).await.map(SessionId);
        session.map(Self).ok_or_else(ApiError::session_not_found)
    }
}

/// The token of `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The one id in the path, in its usual form with hyphens.
async fn path_id(parts: &mut Parts) -> Option<Uuid> {
    const HYPHENATED: usize = 36;
    let params = parts.extract::<RawPathParams>().await.ok()?;
    let (_, value) = params
        .iter()
        .find(|(name, _)| matches!(*name, "id" | "room_id"))?;
    Uuid::parse_str(value)
        .ok()
        .filter(|_| value.len() == HYPHENATED)
}
