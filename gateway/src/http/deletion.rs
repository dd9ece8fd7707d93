//! Deleting the own account. What the account's transaction does not reach, persistence removes.

use axum::{extract::State, response::Response};
use contract::{
    api::DeleteAccountRequest, problem::Problem, public_events::Fact, revocation::Revocation,
};
use domain::{Timestamp, UserId};
use entities::user;

use super::{
    auth::signed_out,
    json::Json,
    password::confirm,
    responses::{Limited, ReadsForm, SignedInOnly},
};
use crate::{
    auth::CurrentUser, database::begin_write, error::ApiError, public_events, state::AppState,
};

/// Deletes the account and everything personal, for good. Sessions end at once; what was said disappears within moments.
#[utoipa::path(
    delete, path = "/users/me", tag = "account", security(("bearer" = [])), request_body = DeleteAccountRequest,
    responses(
        (status = NO_CONTENT, description = "The account is deleted"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "`bad_credentials`: the password is wrong"),
        ReadsForm, SignedInOnly, Limited,
    )
)]
pub async fn delete_me(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(form): Json<DeleteAccountRequest>,
) -> Result<Response, ApiError> {
    confirm(&state, user.id, form.password).await?;
    let deleted_at = delete_account(&state, user.id).await?;
    let revocation = Revocation::of_deleted(user.id, deleted_at, state.tokens.life());
    if let Err(error) = state.revocations.publish(revocation).await {
        // The account is deleted, so this is no failure of the request: persistence ends the sessions.
        tracing::warn!(user_id = %user.id, ?error, "a deleted user's sessions are not ended here");
    }
    signed_out(&state)
}

async fn delete_account(state: &AppState, user_id: UserId) -> Result<Timestamp, ApiError> {
    let transaction = begin_write(&state.db).await?;
    let now = state.now();
    if !user::Entity::erase(&transaction, user_id.0, now.0).await? {
        return Err(ApiError::not_authenticated());
    }
    public_events::tell(&transaction, Fact::UserDeleted { user_id }, now).await?;
    transaction.commit().await?;
    Ok(now)
}
