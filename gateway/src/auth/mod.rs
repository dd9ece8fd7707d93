//! Who is asking: accounts' passwords, access and refresh tokens, sessions and their end.

mod extract;
mod passwords;
mod refresh_token;
mod revocations;
pub mod sessions;
mod tokens;

pub(crate) use extract::bearer;
pub use extract::{CurrentUser, RoomMember, SessionPath, UserPath};
pub use passwords::Passwords;
pub use refresh_token::{RefreshKey, RefreshToken};
pub use revocations::Revocations;
pub use tokens::{Session, Tokens};

use crate::{error::ApiError, state::AppState};

/// Checks an access token without I/O: its signature, its end, and whether its session was ended.
///
/// # Errors
/// `not_authenticated`; `unavailable` while this gateway does not know which sessions were ended.
pub fn authenticate(state: &AppState, token: &str) -> Result<Session, ApiError> {
    let session = state
        .tokens
        .verify(token, state.now())
        .ok_or_else(ApiError::not_authenticated)?;
    if !state.revocations.is_fresh() {
        return Err(ApiError::unavailable(
            "the list of ended sessions is out of date",
        ));
    }
    if state.revocations.is_revoked(&session) {
        return Err(ApiError::not_authenticated());
    }
    Ok(session)
}
