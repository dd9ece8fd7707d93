//! Avatars: made in three levels, shown to each peer as far as the pair has revealed itself.
//!
//! A version is written into SQL, then its pictures into the storage, then it is shown, all others of the user being removed
//! in the same transaction. Whatever breaks off in between leaves a row, by which persistence finds what has to go. Where the
//! account was deleted meanwhile, that row may have gone before the pictures came: then they are taken back here, and those
//! of a gateway that died first are swept as pictures without a row.

mod form;

use axum::extract::Request;
use contract::problem::Code;
use domain::{Timestamp, UserId, avatar::AvatarLevel};
use entities::{avatar, user};
use media::image::Avatar;
use sea_orm::Select;
use storage::{Key, StorageError};
use tracing::Instrument;
use uuid::Uuid;

use crate::{database::begin_write, error::ApiError, http::peer::revealed, state::AppState};

/// An avatar as somebody sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    user: UserId,
    version: Uuid,
    level: AvatarLevel,
    /// Since when it is shown.
    pub shown_at: Timestamp,
}

impl Seen {
    /// What its picture is.
    pub const CONTENT_TYPE: &'static str = "image/jpeg";

    /// What is under it never changes.
    pub fn etag(self) -> String {
        format!("\"{}-{}\"", self.version, self.level.as_str())
    }

    /// Where it is read. Another picture, and another level of it, has another address.
    pub fn url(self) -> String {
        let Self {
            user,
            version,
            level,
            ..
        } = self;
        format!("/users/{user}/avatar?v={version}-{}", level.as_str())
    }

    /// Where its picture is stored.
    pub fn key(self) -> Key {
        Key::avatar(self.user, self.version, self.level)
    }
}

/// Makes an avatar of the picture in a form and shows it. A client that goes away does not end the work in the middle.
///
/// # Errors
/// `validation_failed` for a bad form or picture, 413 where it is too large, 408 where it comes too slowly, 429 where the user
/// uploads too often, 503 where it cannot be made or stored now.
pub async fn replace(state: AppState, user: UserId, request: Request) -> Result<Seen, ApiError> {
    let work = async move {
        state.limits.check_upload(user)?;
        let _place = state.uploads.take(user)?;
        let form = form::read(request, &state).await?;
        state.storage.has_space().await?;
        let work = &state.image_work;
        let made = work.avatar(user, form.picture, form.crop).await?;
        show(&state, user, made).await
    };
    tokio::spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)?
}

async fn show(state: &AppState, user: UserId, made: Avatar) -> Result<Seen, ApiError> {
    let version = Uuid::now_v7();
    let Timestamp(now) = state.now();
    avatar::Entity::begin(&state.db.write, version, user.0, now).await?;
    let stored = store(state, user, version, made).await;
    let transaction = begin_write(&state.db).await?;
    if !user::Entity::hold_active_alone(&transaction, user.0).await? {
        drop(transaction);
        take_back(state, user, version).await;
        return Err(ApiError::not_authenticated());
    }
    // Where it failed, the row is the note of what the storage may have taken nevertheless.
    stored?;
    let Timestamp(now) = state.now();
    if !avatar::Entity::show(&transaction, version, user.0, now).await? {
        drop(transaction);
        take_back(state, user, version).await;
        return Err(ApiError::unavailable(
            "an avatar took too long to be stored",
        ));
    }
    transaction.commit().await?;
    Ok(Seen {
        user,
        version,
        level: AvatarLevel::Clear,
        shown_at: Timestamp(now),
    })
}

async fn store(
    state: &AppState,
    user: UserId,
    version: Uuid,
    made: Avatar,
) -> Result<(), StorageError> {
    let levels = [
        (AvatarLevel::Clear, made.clear),
        (AvatarLevel::Soft, made.soft),
        (AvatarLevel::Blurred, made.blurred),
    ];
    for (level, picture) in levels {
        let key = Key::avatar(user, version, level);
        state.storage.put(&key, picture.into()).await?;
    }
    Ok(())
}

/// Removes the pictures of a version that nobody will see, as its row may be gone already. What cannot be removed now is swept
/// later: it has no row.
async fn take_back(state: &AppState, user: UserId, version: Uuid) {
    for level in AvatarLevel::ALL {
        let removed = state
            .storage
            .delete(&Key::avatar(user, version, level))
            .await;
        if let Err(error) = removed {
            tracing::warn!(user_id = %user, %error, "the pictures of an avatar that came too late are left to the sweep");
        }
    }
}

/// Takes the user's avatar away. Doing so again changes nothing.
///
/// # Errors
/// `unavailable`.
pub async fn remove(state: &AppState, user: UserId) -> Result<(), ApiError> {
    let transaction = begin_write(&state.db).await?;
    // A report that is being filed holds what was seen until then.
    if !user::Entity::hold_active_alone(&transaction, user.0).await? {
        return Err(ApiError::not_authenticated());
    }
    let Timestamp(now) = state.now();
    avatar::Entity::hide(&transaction, user.0, now).await?;
    Ok(transaction.commit().await?)
}

/// What the reader may see of the user's avatar; oneself sees it as it is.
///
/// # Errors
/// `user_not_found` where the two have nothing to do with each other, `avatar_not_found` where there is none.
pub async fn seen_by(state: &AppState, reader: UserId, user: UserId) -> Result<Seen, ApiError> {
    let level = match reader == user {
        true => AvatarLevel::Clear,
        false => AvatarLevel::of_reveal(revealed(state, reader, user).await?),
    };
    seen_at(state, user, level).await?.ok_or_else(not_found)
}

/// The user's avatar at this level; `None` where there is none.
///
/// # Errors
/// `unavailable`.
pub async fn seen_at(
    state: &AppState,
    user: UserId,
    level: AvatarLevel,
) -> Result<Option<Seen>, ApiError> {
    let row = Select::one(avatar::Entity::shown_of(user.0), &state.db.read).await?;
    Ok(row.map(|row| Seen {
        user,
        version: row.version,
        level,
        shown_at: Timestamp(row.shown_at.unwrap_or(row.begun_at)),
    }))
}

/// There is no avatar of somebody whom the reader may see.
pub fn not_found() -> ApiError {
    ApiError::new(Code::AvatarNotFound, "There is no avatar.")
}
