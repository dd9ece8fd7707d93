//! Signing up, in, on and out.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    api::{LoginRequest, RegisterRequest, SignedIn},
    problem::Code,
    public_events::Fact,
};
use domain::{
    UserId,
    account::{Registration, RegistrationForm, check_registration, too_young},
};
use entities::{profile, user};
use sea_orm::{EntityTrait, Select};
use uuid::Uuid;

use super::{
    json::Json,
    responses::{Always, Limited, ReadsForm, SignedInOnly},
    users::account_view,
};
use crate::{
    auth::{CurrentUser, RefreshToken, sessions},
    database::begin_write,
    error::{ApiError, is_unique_violation},
    public_events,
    state::AppState,
};

const COOKIE: &str = "webchat_refresh";
const DAY_SECS: u64 = 86_400;

/// Makes an account and signs it in.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = RegisterRequest,
    responses(
        (status = CREATED, body = SignedIn, description = "Signed in; the refresh token is in the cookie `webchat_refresh`"),
        (status = CONFLICT, body = contract::problem::Problem, content_type = "application/problem+json", description = "`username_taken`"),
        ReadsForm, Limited, Always,
    )
)]
pub async fn register(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(form): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let registration = check(&state, &form)?;
    let known = user::Entity::find_by_username(&registration.username);
    if Select::one(known, &state.db.read).await?.is_some() {
        return Err(username_taken());
    }
    let password_hash = state.passwords.hash(form.password).await?;
    let (user, token) =
        write_account(&state, registration, password_hash, user_agent(&headers)).await?;
    signed_in(&state, StatusCode::CREATED, &user, &token).await
}

/// Signs in. A wrong name and a wrong password cannot be told apart.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = LoginRequest,
    responses(
        (status = OK, body = SignedIn, description = "Signed in; the refresh token is in the cookie `webchat_refresh`"),
        (status = UNAUTHORIZED, body = contract::problem::Problem, content_type = "application/problem+json", description = "`bad_credentials`"),
        ReadsForm, Limited, Always,
    )
)]
pub async fn login(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(form): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let named = user::Entity::find_by_username(&form.username);
    let named = Select::one(named, &state.db.read).await?;
    let stored = named.as_ref().map(|user| user.password_hash.clone());
    let is_right = state.passwords.verify(form.password, stored).await?;
    let Some(user) = named.filter(|_| is_right) else {
        return Err(bad_credentials());
    };
    let transaction = begin_write(&state.db).await?;
    if !user::Entity::hold_active(&transaction, user.id).await? {
        return Err(bad_credentials());
    }
    let token =
        sessions::start(&state, &transaction, UserId(user.id), user_agent(&headers)).await?;
    transaction.commit().await?;
    signed_in(&state, StatusCode::OK, &user, &token).await
}

/// Exchanges the refresh cookie for its successor and a fresh access token.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "auth",
    params(("webchat_refresh" = String, Cookie, description = "The refresh token")),
    responses(
        (status = OK, body = SignedIn, description = "Signed in on; the cookie holds the successor"),
        (status = UNAUTHORIZED, body = contract::problem::Problem, content_type = "application/problem+json", description = "`invalid_refresh_token`: sign in again"),
        Limited, Always,
    )
)]
pub async fn refresh(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let refreshed = match refresh_cookie(&headers) {
        Some(token) => sessions::refresh(&state, token).await?,
        None => None,
    };
    match refreshed {
        Some(refreshed) => {
            signed_in(&state, StatusCode::OK, &refreshed.user, &refreshed.token).await
        }
        None => {
            let refusal = ApiError::new(
                Code::InvalidRefreshToken,
                "The session is over. Sign in again.",
            );
            Ok(([(header::SET_COOKIE, cookie(&state, "", 0)?)], refusal).into_response())
        }
    }
}

/// Ends the session on every gateway, sockets included.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth", security(("bearer" = [])),
    responses((status = NO_CONTENT, description = "Signed out"), SignedInOnly, Limited)
)]
pub async fn logout(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    sessions::end(&state, user.id, user.session.session_id).await?;
    signed_out(&state)
}

fn check(state: &AppState, form: &RegisterRequest) -> Result<Registration, ApiError> {
    let today = state.now().to_datetime().date();
    let form = RegistrationForm {
        username: &form.username,
        password: &form.password,
        date_of_birth: &form.date_of_birth,
        display_name: form.display_name.as_deref(),
    };
    let registration = check_registration(&form, today).map_err(ApiError::validation)?;
    let minimum_age = state.settings.account.minimum_age;
    if too_young(registration.date_of_birth, today, minimum_age) {
        let detail = format!("You must be at least {minimum_age} years old.");
        return Err(ApiError::new(Code::TooYoung, detail));
    }
    Ok(registration)
}

/// The account, its empty profile, its first session and its public event: all or nothing.
async fn write_account(
    state: &AppState,
    registration: Registration,
    password_hash: String,
    user_agent: Option<&str>,
) -> Result<(user::Model, RefreshToken), ApiError> {
    let now = state.now();
    let user = user::Model {
        id: Uuid::now_v7(),
        username: registration.username,
        username_key: registration.username_key,
        password_hash,
        date_of_birth: registration.date_of_birth.to_string(),
        display_name: registration.display_name,
        created_at: now.0,
        deleted_at: None,
        learned_reset_at: None,
    };
    let user_id = UserId(user.id);
    let transaction = begin_write(&state.db).await?;
    let row = user::ActiveModel::from(user.clone());
    let inserted = user::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await;
    if inserted.as_ref().is_err_and(is_unique_violation) {
        return Err(username_taken());
    }
    inserted?;
    profile::Entity::save(&transaction, super::profile::empty_row(user_id, now)).await?;
    let token = sessions::start(state, &transaction, user_id, user_agent).await?;
    public_events::tell(&transaction, Fact::UserRegistered { user_id }, now).await?;
    transaction.commit().await?;
    Ok((user, token))
}

async fn signed_in(
    state: &AppState,
    status: StatusCode,
    user: &user::Model,
    token: &RefreshToken,
) -> Result<Response, ApiError> {
    let access = state
        .tokens
        .issue(UserId(user.id), token.session_id, state.now())?;
    let body = SignedIn {
        user: account_view(state, user).await?,
        access_token: access.token,
        token_type: "Bearer".to_owned(),
        expires_in: access.expires_in,
    };
    let life_secs = state.settings.auth.refresh_token_days * DAY_SECS;
    let cookie = cookie(state, &token.text(), life_secs)?;
    Ok((status, [(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

/// Nothing, and no refresh cookie any more.
///
/// # Errors
/// The cookie cannot be written.
pub(super) fn signed_out(state: &AppState) -> Result<Response, ApiError> {
    let forget = [(header::SET_COOKIE, cookie(state, "", 0)?)];
    Ok((StatusCode::NO_CONTENT, forget).into_response())
}

fn bad_credentials() -> ApiError {
    ApiError::new(
        Code::BadCredentials,
        "The username or the password is wrong.",
    )
}

fn cookie(state: &AppState, value: &str, max_age_secs: u64) -> Result<HeaderValue, ApiError> {
    let secure = if state.settings.http.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={value}; Max-Age={max_age_secs}; Path=/auth; HttpOnly; SameSite=Strict{secure}"
    );
    HeaderValue::try_from(cookie).map_err(ApiError::internal)
}

fn refresh_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT)?.to_str().ok()
}

fn username_taken() -> ApiError {
    ApiError::new(
        Code::UsernameTaken,
        "This username belongs to somebody. Choose another one.",
    )
}
