//! What the user tells matching and peers.

use axum::extract::State;
use domain::{
    Timestamp, UserId,
    profile::{Profile, ProfileOptions, options},
};
use entities::{
    profile::{self, Names},
    user,
};
use sea_orm::Select;

use super::{
    json::Json,
    queue_features::Change,
    queue_follow::save_and_follow,
    responses::{Limited, ReadsForm, SignedInOnly},
    users::{account_of, rename},
};
use crate::{auth::CurrentUser, database::begin_write, error::ApiError, state::AppState};

/// The user's profile.
#[utoipa::path(
    get, path = "/users/me/profile", tag = "account", security(("bearer" = [])),
    responses((status = OK, body = Profile, description = "The profile"), SignedInOnly)
)]
pub async fn read(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<Profile>, ApiError> {
    Ok(Json(load(&state, user.id).await?.1))
}

/// Replaces the user's profile. What the form leaves out is empty afterwards. Whoever waits in the queue goes on waiting
/// with the new wishes, or leaves it with a profile that is not complete; so does whoever comes back into it after a no-show.
#[utoipa::path(
    put, path = "/users/me/profile", tag = "account", security(("bearer" = [])), request_body = Profile,
    responses((status = OK, body = Profile, description = "The profile"), ReadsForm, SignedInOnly, Limited)
)]
pub async fn replace(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(form): Json<Profile>,
) -> Result<Json<Profile>, ApiError> {
    let faults = form.validate();
    if !faults.is_empty() {
        return Err(ApiError::validation(faults));
    }
    // It may change the place in the queue.
    state.limits.check_queue(user.id)?;
    let profile = form.trimmed();
    let save = save(state.clone(), user.id, profile.clone());
    save_and_follow(&state, user.id, Change::Profile(profile.clone()), save).await?;
    Ok(Json(profile))
}

async fn save(state: AppState, user: UserId, profile: Profile) -> Result<(), ApiError> {
    let transaction = begin_write(&state.db).await?;
    if !user::Entity::hold_active(&transaction, user.0).await? {
        return Err(ApiError::not_authenticated());
    }
    rename(&transaction, user, &profile.display_name).await?;
    profile::Entity::save(&transaction, row_of(user, &profile, state.now())).await?;
    Ok(transaction.commit().await?)
}

/// The values that profile and report forms accept.
#[utoipa::path(
    get, path = "/profiles/options", tag = "account",
    responses((status = OK, body = ProfileOptions, description = "The values"))
)]
pub async fn profile_options() -> Json<ProfileOptions> {
    Json(options())
}

/// The signed-in user's account and profile.
///
/// # Errors
/// `not_authenticated` where the account was deleted meanwhile.
pub(super) async fn load(
    state: &AppState,
    user: UserId,
) -> Result<(user::Model, Profile), ApiError> {
    let account = account_of(state, user).await?;
    let row = Select::one(profile::Entity::of(user.0), &state.db.read).await?;
    let profile = profile_of(&account, row);
    Ok((account, profile))
}

/// The profile of an account; all but the display name is empty where there is no row.
pub(super) fn profile_of(user: &user::Model, row: Option<profile::Model>) -> Profile {
    let display_name = user.display_name.clone();
    let Some(row) = row else {
        return Profile {
            display_name,
            ..Profile::default()
        };
    };
    let [age_min, age_max] = row.wished_ages();
    Profile {
        display_name,
        bio: row.bio,
        interests: row.interests.0,
        looking_for: row.looking_for.0,
        languages: row.languages.0,
        gender: row.gender,
        preferred_genders: row.preferred_genders.0,
        age_min,
        age_max,
    }
}

/// The profile of a new account.
pub(super) fn empty_row(user: UserId, now: Timestamp) -> profile::Model {
    row_of(user, &Profile::default(), now)
}

fn row_of(user: UserId, profile: &Profile, now: Timestamp) -> profile::Model {
    profile::Model {
        user_id: user.0,
        bio: profile.bio.clone(),
        gender: profile.gender.clone(),
        age_min: profile.age_min.map(i32::from),
        age_max: profile.age_max.map(i32::from),
        interests: Names(profile.interests.clone()),
        looking_for: Names(profile.looking_for.clone()),
        languages: Names(profile.languages.clone()),
        preferred_genders: Names(profile.preferred_genders.clone()),
        updated_at: now.0,
    }
}
