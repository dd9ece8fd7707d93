//! Files of a room: uploaded by a member, read by the members.

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use contract::api::Uploaded;
use domain::FileId;
use utoipa::ToSchema;

use super::{
    json::Json,
    responses::{Limited, OfFile, OfRoom, SignedInOnly},
};
use crate::{
    auth::{CurrentUser, RoomMember},
    error::ApiError,
    files::{
        give::{self, not_found},
        links::{Part, Signature},
        take::take,
        take_back::take_back,
    },
    state::AppState,
};

/// What an upload sends.
#[derive(Debug, ToSchema)]
pub struct UploadForm {
    /// The file; what it is, its content says.
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "it describes the form")]
    file: (),
}

/// Uploads a file, to be sent with a message within 24 hours. A picture (JPEG, PNG, WebP, GIF) of at most 10 MB is encoded
/// anew; of one that moves, a GIF keeps its frames, and a WebP or PNG only the first. Anything else, of at most 25 MB, is kept as
/// it is and can only be downloaded.
#[utoipa::path(
    post, path = "/chat/rooms/{id}/files", tag = "files", security(("bearer" = [])),
    params(("id" = domain::RoomId, Path)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = CREATED, body = Uploaded, description = "It is stored"),
        (status = REQUEST_TIMEOUT, body = contract::problem::Problem, content_type = "application/problem+json", description = "`upload_timeout`"),
        (status = CONFLICT, body = contract::problem::Problem, content_type = "application/problem+json", description = "`room_ended`"),
        (status = PAYLOAD_TOO_LARGE, body = contract::problem::Problem, content_type = "application/problem+json", description = "`payload_too_large`, `quota_exceeded`"),
        (status = UNSUPPORTED_MEDIA_TYPE, body = contract::problem::Problem, content_type = "application/problem+json", description = "`unsupported_media_type`"),
        (status = UNPROCESSABLE_ENTITY, body = contract::problem::Problem, content_type = "application/problem+json", description = "`validation_failed`, with what is wrong with the file"),
        OfRoom, Limited,
    )
)]
pub async fn upload(
    State(state): State<AppState>,
    member: RoomMember,
    request: Request,
) -> Result<(StatusCode, Json<Uploaded>), ApiError> {
    let taken = take(state, member, request).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

/// A file, for the members of its room and for whoever has one of its links, which are good for ten minutes.
#[utoipa::path(
    get, path = "/files/{id}", tag = "files", security(("bearer" = []), ()),
    params(("id" = FileId, Path), ("expires" = Option<i64>, Query), ("signature" = Option<String>, Query)),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
        (status = PARTIAL_CONTENT, body = Vec<u8>, content_type = "application/octet-stream", description = "The range of it that `Range` asks for"),
        (status = NOT_MODIFIED, description = "It is the one that `If-None-Match` names"),
        OfFile,
    )
)]
pub async fn read(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let link = Signature::read(uri.query());
    let found = give::find(&state, &headers, file_id(id)?, Part::Whole, &link).await?;
    give::give(&state, &method, &headers, &found).await
}

/// The small picture of an image, as [`read`].
#[utoipa::path(
    get, path = "/files/{id}/thumbnail", tag = "files", security(("bearer" = []), ()),
    params(("id" = FileId, Path), ("expires" = Option<i64>, Query), ("signature" = Option<String>, Query)),
    responses(
        (status = OK, body = Vec<u8>, content_type = "image/jpeg", description = "The small picture"),
        (status = PARTIAL_CONTENT, body = Vec<u8>, content_type = "image/jpeg", description = "The range of it that `Range` asks for"),
        (status = NOT_MODIFIED, description = "It is the one that `If-None-Match` names"),
        OfFile,
    )
)]
pub async fn read_thumbnail(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let link = Signature::read(uri.query());
    let found = give::find(&state, &headers, file_id(id)?, Part::Thumbnail, &link).await?;
    give::give(&state, &method, &headers, &found).await
}

/// Takes back a file that was uploaded and not sent. What it took of the space that its owner has is free at once.
#[utoipa::path(
    delete, path = "/files/{id}", tag = "files", security(("bearer" = [])), params(("id" = FileId, Path)),
    responses(
        (status = NO_CONTENT, description = "It is gone"),
        (status = NOT_FOUND, body = contract::problem::Problem, content_type = "application/problem+json", description = "`file_not_found`: it is not there, or not yours"),
        (status = CONFLICT, body = contract::problem::Problem, content_type = "application/problem+json", description = "`file_sent`: it goes with its message"),
        SignedInOnly,
    )
)]
pub async fn remove(
    State(state): State<AppState>,
    user: CurrentUser,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    take_back(&state, user.id, file_id(id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn file_id(path: Result<Path<String>, PathRejection>) -> Result<FileId, ApiError> {
    let id = path.ok().and_then(|Path(text)| text.parse().ok());
    id.ok_or_else(not_found)
}
