//! Signed-in devices: how a session begins, goes on and ends.

use std::time::Duration;

use bootstrap::Transaction;
use contract::revocation::Revocation;
use domain::{SessionId, Timestamp, UserId};
use entities::{session, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::RefreshToken;
use crate::{database::begin_write, error::ApiError, state::AppState};

/// How much of a browser's name is kept.
const USER_AGENT_MAX_CHARS: usize = 200;
/// How often a rotation is looked at again when another one was first.
const ATTEMPTS: usize = 3;
const DAY_SECS: u64 = 86_400;

/// Writes a new session in the caller's transaction.
///
/// # Errors
/// The database's.
pub async fn start(
    state: &AppState,
    transaction: &Transaction,
    user: UserId,
    user_agent: Option<&str>,
) -> Result<RefreshToken, DbErr> {
    let token = state.refresh_key.first(SessionId(Uuid::now_v7()));
    let now = state.now();
    let row = session::ActiveModel {
        id: Set(token.session_id.0),
        user_id: Set(user.0),
        current_hash: Set(token.hash()),
        previous_hash: Set(None),
        rotated_at: Set(now.0),
        created_at: Set(now.0),
        last_used_at: Set(now.0),
        expires_at: Set(expiry(state, now).0),
        user_agent: Set(user_agent.map(|name| name.chars().take(USER_AGENT_MAX_CHARS).collect())),
        ended_at: Set(None),
    };
    row.insert(transaction).await?;
    Ok(token)
}

/// A session that goes on.
#[derive(Debug)]
pub struct Refreshed {
    /// Its user.
    pub user: user::Model,
    /// The token to use next.
    pub token: RefreshToken,
}

/// Exchanges a refresh token for its successor. Within the grace the one before it is exchanged for the same one. An
/// older one was stolen, or its successor was: the session ends.
///
/// # Errors
/// `None` where the token is good for nothing.
pub async fn refresh(state: &AppState, text: &str) -> Result<Option<Refreshed>, ApiError> {
    let Some(token) = state.refresh_key.parse(text) else {
        return Ok(None);
    };
    let transaction = begin_write(&state.db).await?;
    for _ in 0..ATTEMPTS {
        let now = state.now();
        let row = session::Entity::find_active(token.session_id.0, now.0)
            .one(&transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some(user) = user::Entity::find_active(row.user_id)
            .one(&transaction)
            .await?
        else {
            return Ok(None);
        };
        match standing(state, &row, &token, now) {
            Standing::Current if rotate(state, &transaction, &token, now).await? => {
                transaction.commit().await?;
            }
            Standing::Current => continue,
            Standing::JustReplaced => {}
            Standing::Spent => {
                transaction.rollback().await?;
                end_stolen(state, &row).await?;
                return Ok(None);
            }
        }
        return Ok(Some(Refreshed {
            user,
            token: state.refresh_key.successor(&token),
        }));
    }
    Err(ApiError::overloaded())
}

/// Ends a session on every gateway. Repeating it does no harm.
///
/// # Errors
/// `unavailable`: the session may go on until it is repeated.
pub async fn end(state: &AppState, user: UserId, session_id: SessionId) -> Result<(), ApiError> {
    let transaction = begin_write(&state.db).await?;
    session::Entity::end(&transaction, user.0, session_id.0, state.now().0).await?;
    transaction.commit().await?;
    state
        .revocations
        .publish(Revocation::Session { session_id })
        .await
}

/// Gives the account another password and ends all its sessions but the one to keep. They end on every gateway before the
/// new password counts, so that whoever gets an answer of success is alone; where the database fails then, their devices
/// have to sign in again. `false` where the password was changed meanwhile.
///
/// # Errors
/// `unavailable`: nothing was changed.
pub async fn change_password(
    state: &AppState,
    user: UserId,
    keep: SessionId,
    (expected_hash, new_hash): (&str, &str),
) -> Result<bool, ApiError> {
    let transaction = begin_write(&state.db).await?;
    if !user::Entity::change_password(&transaction, user.0, expected_hash, new_hash).await? {
        return Ok(false);
    }
    let now = state.now();
    let ended = session::Entity::end_all(&transaction, user.0, Some(keep.0), now.0).await?;
    for session in ended {
        let session_id = SessionId(session);
        state
            .revocations
            .publish(Revocation::Session { session_id })
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// Ends a session whose spent token was used. Its access tokens go first: where either step fails, the token is still
/// a spent one, and using it again tries again.
async fn end_stolen(state: &AppState, row: &session::Model) -> Result<(), ApiError> {
    let session_id = SessionId(row.id);
    tracing::warn!(%session_id, "a spent refresh token was used; its session ends");
    state
        .revocations
        .publish(Revocation::Session { session_id })
        .await?;
    let transaction = begin_write(&state.db).await?;
    session::Entity::end(&transaction, row.user_id, row.id, state.now().0).await?;
    transaction.commit().await?;
    Ok(())
}

/// Where a token that was made here stands in its chain.
enum Standing {
    Current,
    JustReplaced,
    Spent,
}

fn standing(
    state: &AppState,
    row: &session::Model,
    token: &RefreshToken,
    now: Timestamp,
) -> Standing {
    let hash = token.hash();
    let grace = Duration::from_secs(state.settings.auth.refresh_grace_secs);
    let is_previous = row.previous_hash.as_deref() == Some(hash.as_str());
    match () {
        () if row.current_hash == hash => Standing::Current,
        () if is_previous && now.since(Timestamp(row.rotated_at)) <= grace => {
            Standing::JustReplaced
        }
        () => Standing::Spent,
    }
}

/// Puts the successor into the token's place, and gives the session its full life anew. `false` where another was
/// first.
async fn rotate(
    state: &AppState,
    transaction: &Transaction,
    token: &RefreshToken,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let (id, successor) = (
        token.session_id.0,
        state.refresh_key.successor(token).hash(),
    );
    if !session::Entity::rotate(transaction, id, &token.hash(), &successor, now.0).await? {
        return Ok(false);
    }
    session::Entity::update_many()
        .col_expr(
            session::Column::ExpiresAt,
            sea_orm::sea_query::Expr::value(expiry(state, now).0),
        )
        .filter(session::Column::Id.eq(id))
        .exec(transaction)
        .await?;
    Ok(true)
}

fn expiry(state: &AppState, now: Timestamp) -> Timestamp {
    now.plus(Duration::from_secs(
        state.settings.auth.refresh_token_days * DAY_SECS,
    ))
}
