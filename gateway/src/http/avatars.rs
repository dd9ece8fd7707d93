//! Avatars: the own one, and those of peers as far as they are revealed.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{api::AvatarAddress, problem::Problem};
use domain::UserId;
use utoipa::ToSchema;

use super::{
    json::Json,
    responses::{Limited, OfUser, SignedInOnly},
};
use crate::{
    auth::{CurrentUser, UserPath},
    avatars::{self, Seen},
    error::ApiError,
    files::{give::POLICY, range::is_known},
    state::AppState,
};

/// Asked again each time, as a like or a block changes what may be seen. What has not changed is not sent again.
const CACHE: &str = "private, no-cache";

/// What an avatar is made of.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the form")]
pub struct AvatarForm {
    /// A JPEG, PNG, WebP or GIF of at most 10 MB; of one that moves, the first frame is taken.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// The square's left edge, in pixels of the upright picture. All three or none: then the middle is taken.
    x: Option<u32>,
    /// Its upper edge.
    y: Option<u32>,
    /// Its side.
    size: Option<u32>,
}

/// Makes the avatar out of a picture, in the place of the one before. Peers see it blurred, softened or clear, as far as the
/// two have revealed themselves to each other.
#[utoipa::path(
    put, path = "/users/me/avatar", tag = "account", security(("bearer" = [])),
    request_body(content = AvatarForm, content_type = "multipart/form-data"),
    responses(
        (status = OK, body = AvatarAddress, description = "It is shown from now on"),
        (status = REQUEST_TIMEOUT, body = Problem, content_type = "application/problem+json", description = "`upload_timeout`"),
        (status = PAYLOAD_TOO_LARGE, body = Problem, content_type = "application/problem+json", description = "`payload_too_large`"),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Problem, content_type = "application/problem+json", description = "`unsupported_media_type`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`, with what is wrong with the picture or the square"),
        SignedInOnly, Limited,
    )
)]
pub async fn replace_avatar(
    State(state): State<AppState>,
    user: CurrentUser,
    request: Request,
) -> Result<Json<AvatarAddress>, ApiError> {
    let seen = avatars::replace(state, user.id, request).await?;
    Ok(Json(AvatarAddress {
        avatar_url: seen.url(),
    }))
}

/// Takes the avatar away.
#[utoipa::path(
    delete, path = "/users/me/avatar", tag = "account", security(("bearer" = [])),
    responses((status = NO_CONTENT, description = "There is no avatar"), SignedInOnly)
)]
pub async fn remove_avatar(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<StatusCode, ApiError> {
    avatars::remove(&state, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A user's avatar: the own one as it is, a peer's as far as it is revealed.
#[utoipa::path(
    get, path = "/users/{id}/avatar", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses(
        (status = OK, body = Vec<u8>, content_type = "image/jpeg", description = "The picture"),
        (status = NOT_MODIFIED, description = "It is the one that `If-None-Match` names"),
        OfUser,
    )
)]
pub async fn read_avatar(
    State(state): State<AppState>,
    user: CurrentUser,
    peer: UserPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let seen = avatars::seen_by(&state, user.id, peer.0).await?;
    give(&state, &headers, seen).await
}

async fn give(state: &AppState, headers: &HeaderMap, seen: Seen) -> Result<Response, ApiError> {
    let etag = HeaderValue::from_str(&seen.etag()).map_err(ApiError::internal)?;
    let caching = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
        // Also where it has not changed: a cache puts these in the place of what it kept.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    if is_known(headers, &seen.etag()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    // Where it is not there, another one has taken its place this very moment.
    let picture = state.storage.get(&seen.key()).await?;
    let picture = picture.ok_or_else(avatars::not_found)?;
    let picture_only = [
        (header::CONTENT_TYPE, Seen::CONTENT_TYPE),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    Ok((caching, picture_only, Body::from(picture)).into_response())
}
