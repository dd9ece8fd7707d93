//! The own account: signing in, its devices, its name and picture.

use domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /auth/register`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// 3 to 32 letters, digits, dots, dashes or underscores.
    pub username: String,
    /// 8 to 128 characters.
    pub password: String,
    /// `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub date_of_birth: String,
    /// 1 to 40 characters; the username where it is absent.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// `POST /auth/login`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The username, in any case of letters.
    pub username: String,
    /// The password.
    pub password: String,
}

/// A signed-in user. The refresh token travels in a cookie beside it.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// For `Authorization: Bearer` and for the sockets.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
}

/// The user's own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub date_of_birth: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Whether the profile has all that matching needs.
    pub profile_complete: bool,
}

/// `POST /auth/password`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current_password: String,
    /// 8 to 128 characters.
    pub new_password: String,
}

/// A device on which the user is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SignedInDevice {
    /// The session.
    pub id: SessionId,
    /// What the device called itself when it signed in.
    pub user_agent: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it last asked for an access token.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `PUT /users/me/avatar`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct AvatarAddress {
    /// Where the new one is read.
    pub avatar_url: String,
}

/// `PATCH /users/me`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUserRequest {
    /// 1 to 40 characters.
    pub display_name: String,
}

/// `DELETE /users/me`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccountRequest {
    /// The password, once more: a borrowed session is not enough.
    pub password: String,
}

/// What an access token says. JSON Web Token claims, RFC 7519.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AccessClaims {
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Issued at, epoch seconds.
    pub iat: i64,
    /// Issued at, epoch milliseconds: what "before a time" is decided by.
    pub iat_ms: i64,
    /// Ends at, epoch seconds.
    pub exp: i64,
}
