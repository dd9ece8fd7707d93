//! The password of a signed-in user: confirming with it, and changing it.

use axum::{extract::State, http::StatusCode};
use contract::{
    api::ChangePasswordRequest,
    problem::{Code, Problem},
};
use domain::{FieldError, UserId, account::validate_password};

use super::{
    json::Json,
    responses::{Limited, ReadsForm, SignedInOnly},
    users::account_of,
};
use crate::{
    auth::{CurrentUser, sessions},
    error::ApiError,
    state::AppState,
};

/// Changes the password. The session that asks goes on; all others end at once.
#[utoipa::path(
    post, path = "/auth/password", tag = "auth", security(("bearer" = [])), request_body = ChangePasswordRequest,
    responses(
        (status = NO_CONTENT, description = "The new password counts; all other sessions are over"),
        (status = FORBIDDEN, body = Problem, content_type = "application/problem+json", description = "`bad_credentials`: the current password is wrong"),
        ReadsForm, SignedInOnly, Limited,
    )
)]
pub async fn change(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(form): Json<ChangePasswordRequest>,
) -> Result<StatusCode, ApiError> {
    if let Some(fault) = validate_password(&form.new_password) {
        let field = "new_password".to_owned();
        return Err(ApiError::validation(vec![FieldError { field, ..fault }]));
    }
    let expected = confirm(&state, user.id, form.current_password).await?;
    let hash = state.passwords.hash(form.new_password).await?;
    let keep = user.session.session_id;
    if sessions::change_password(&state, user.id, keep, (&expected, &hash)).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(wrong_password())
}

/// Whether the one who asks knows the password, and not only holds a session: the hash that it was compared with.
///
/// # Errors
/// `bad_credentials`, `rate_limited`.
pub(super) async fn confirm(
    state: &AppState,
    user: UserId,
    password: String,
) -> Result<String, ApiError> {
    state.limits.check_confirmation(user)?;
    let hash = account_of(state, user).await?.password_hash;
    match state.passwords.verify(password, Some(hash.clone())).await? {
        true => Ok(hash),
        false => Err(wrong_password()),
    }
}

fn wrong_password() -> ApiError {
    ApiError::new(
        Code::WrongPassword,
        "The password is wrong. Nothing was changed.",
    )
}
