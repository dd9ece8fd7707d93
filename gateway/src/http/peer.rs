//! What a peer is shown of a user.

use axum::extract::State;
use contract::api::PeerProfile;
use domain::{UserId, avatar::AvatarLevel, pair::PairKey};
use entities::{profile, user};
use sea_orm::Select;

use super::{json::Json, people::Shown, profile::profile_of, responses::OfUser};
use crate::{
    auth::{CurrentUser, UserPath},
    avatars,
    error::ApiError,
    state::AppState,
};

const INTERESTS_FROM: u8 = 1;
const EVERYTHING_FROM: u8 = 2;

/// A peer's profile, as far as the two have revealed themselves to each other. What a peer looks for in others, and
/// their age, is never shown.
#[utoipa::path(
    get, path = "/users/{id}/profile", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    responses((status = OK, body = PeerProfile, description = "What is revealed"), OfUser)
)]
pub async fn read(
    State(state): State<AppState>,
    user: CurrentUser,
    UserPath(peer): UserPath,
) -> Result<Json<PeerProfile>, ApiError> {
    let level = revealed(&state, user.id, peer).await?;
    let account = Select::one(user::Entity::find_active(peer.0), &state.db.read)
        .await?
        .ok_or_else(ApiError::user_not_found)?;
    let row = Select::one(profile::Entity::of(peer.0), &state.db.read).await?;
    let profile = profile_of(&account, row);
    let avatar = avatars::seen_at(&state, peer, AvatarLevel::of_reveal(level)).await?;
    let everything = level >= EVERYTHING_FROM;
    Ok(Json(PeerProfile {
        id: peer,
        display_name: Shown::of(account).display_name,
        reveal_level: level,
        avatar_url: avatar.map(avatars::Seen::url),
        interests: (level >= INTERESTS_FROM).then_some(profile.interests),
        bio: everything.then_some(profile.bio),
        languages: everything.then_some(profile.languages),
        looking_for: everything.then_some(profile.looking_for),
    }))
}

/// How much of the peer the user may see.
///
/// # Errors
/// `user_not_found` where the two never had a room, or one blocks the other.
pub async fn revealed(state: &AppState, user: UserId, peer: UserId) -> Result<u8, ApiError> {
    let pair = PairKey::of(user, peer).ok_or_else(ApiError::user_not_found)?;
    let pair = state.broker.pair(pair).await?.value;
    if pair.room.is_none() || pair.is_blocked() {
        return Err(ApiError::user_not_found());
    }
    Ok(pair.reveal_level)
}
