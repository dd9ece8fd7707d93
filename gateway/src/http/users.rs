//! The user's own account.

use axum::extract::State;
use contract::api::{UpdateUserRequest, User};
use domain::{Timestamp, UserId, account::validate_display_name};
use entities::{profile, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select, sea_query::Expr};

use super::{
    json::Json,
    profile::profile_of,
    responses::{ReadsForm, SignedInOnly},
};
use crate::{auth::CurrentUser, database::begin_write, error::ApiError, state::AppState};

/// The user's own account.
#[utoipa::path(
    get, path = "/users/me", tag = "account", security(("bearer" = [])),
    responses((status = OK, body = User, description = "The account"), SignedInOnly)
)]
pub async fn me(State(state): State<AppState>, user: CurrentUser) -> Result<Json<User>, ApiError> {
    let account = account_of(&state, user.id).await?;
    Ok(Json(account_view(&state, &account).await?))
}

/// Changes the name that others see.
#[utoipa::path(
    patch, path = "/users/me", tag = "account", security(("bearer" = [])), request_body = UpdateUserRequest,
    responses((status = OK, body = User, description = "The account"), ReadsForm, SignedInOnly)
)]
pub async fn update_me(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(form): Json<UpdateUserRequest>,
) -> Result<Json<User>, ApiError> {
    if let Some(fault) = validate_display_name(&form.display_name) {
        return Err(ApiError::validation(vec![fault]));
    }
    let transaction = begin_write(&state.db).await?;
    rename(&transaction, user.id, form.display_name.trim()).await?;
    transaction.commit().await?;
    let account = account_of(&state, user.id).await?;
    Ok(Json(account_view(&state, &account).await?))
}

/// Gives the account another display name, in the caller's transaction.
///
/// # Errors
/// The database's.
pub(super) async fn rename(
    transaction: &bootstrap::Transaction,
    user: UserId,
    display_name: &str,
) -> Result<(), sea_orm::DbErr> {
    user::Entity::update_many()
        .col_expr(user::Column::DisplayName, Expr::value(display_name))
        .filter(user::Column::Id.eq(user.0))
        .filter(user::Column::DeletedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}

/// The account of a signed-in user.
///
/// # Errors
/// `not_authenticated` where it was deleted meanwhile.
pub(super) async fn account_of(state: &AppState, user: UserId) -> Result<user::Model, ApiError> {
    let found = Select::one(user::Entity::find_active(user.0), &state.db.read).await?;
    found.ok_or_else(ApiError::not_authenticated)
}

/// The account as its owner sees it.
///
/// # Errors
/// `unavailable`.
pub(super) async fn account_view(state: &AppState, user: &user::Model) -> Result<User, ApiError> {
    let row = Select::one(profile::Entity::of(user.id), &state.db.read).await?;
    Ok(User {
        id: UserId(user.id),
        username: user.username.clone(),
        display_name: user.display_name.clone(),
        date_of_birth: user.date_of_birth.clone(),
        created_at: Timestamp(user.created_at),
        profile_complete: profile_of(user, row).missing().is_empty(),
    })
}
