//! What is told of other users, and who may have to do with whom.

use std::collections::HashMap;

use domain::{
    UserId,
    account::{age_on, parse_date},
    matching::same_age_group,
};
use entities::user;
use sea_orm::Select;
use uuid::Uuid;

use crate::{error::ApiError, state::AppState};

/// The name of those whose account is gone.
pub const DELETED_USER: &str = "deleted user";

/// The names that others see of these users.
///
/// # Errors
/// `unavailable`.
pub async fn display_names(
    state: &AppState,
    users: &[UserId],
) -> Result<HashMap<UserId, String>, ApiError> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let accounts = Select::all(user::Entity::find_all(&ids), &state.db.read).await?;
    let name = |account: user::Model| {
        let shown = match account.deleted_at {
            Some(_) => DELETED_USER.to_owned(),
            None if account.display_name.is_empty() => account.username,
            None => account.display_name,
        };
        (UserId(account.id), shown)
    };
    Ok(accounts.into_iter().map(name).collect())
}

/// Whether the two may have to do with each other: both are there, and of one age group. Blocks the pair knows itself.
///
/// # Errors
/// `user_not_found` where they may not.
pub(super) async fn may_meet(state: &AppState, user: UserId, peer: UserId) -> Result<(), ApiError> {
    let today = state.now().to_datetime().date();
    let both = user::Entity::find_all(&[user.0, peer.0]);
    let accounts = Select::all(both, &state.db.read).await?;
    let ages: Vec<u8> = accounts
        .iter()
        .filter(|account| account.deleted_at.is_none())
        .filter_map(|account| parse_date(&account.date_of_birth))
        .map(|date_of_birth| age_on(date_of_birth, today))
        .collect();
    match ages.as_slice() {
        [one, other] if same_age_group(*one, *other) => Ok(()),
        _ => Err(ApiError::user_not_found()),
    }
}
