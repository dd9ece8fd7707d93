//! Where an upload is kept, and whether its owner may keep more.

use bytes::Bytes;
use contract::problem::Code;
use domain::{FileId, UserId, file::FileKind};
use entities::{file, user};
use media::image::Processed;
use storage::{Key, StorageError, Upload};

use super::{take_back::take_back, waiting::Waiting};
use crate::{database::begin_write, error::ApiError, places::UserPlace, state::AppState};

/// An upload that has arrived and is not stored yet.
pub(super) enum Content {
    /// A picture as it came.
    Picture(Bytes),
    /// Anything else.
    Other {
        upload: Upload,
        content_type: &'static str,
        size_bytes: u64,
    },
}

/// What is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub kind: FileKind,
    pub content_type: &'static str,
    pub size_bytes: u64,
    pub picture: Option<Picture>,
}

/// What more there is of a picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub thumbnail_type: &'static str,
    pub thumbnail_bytes: u64,
    pub placeholder: String,
    pub first_frame_only: bool,
}

/// What a user may still have: of what was free when the upload began, what all of the user's uploads at this gateway have not
/// taken. What is kept in the end is counted once more in SQL.
#[derive(Debug)]
pub(super) struct Allowance<'a> {
    place: UserPlace<'a>,
    free_bytes: u64,
}

impl Allowance<'_> {
    /// Whose it is.
    pub(super) fn user(&self) -> UserId {
        self.place.user()
    }

    /// So many bytes more are being stored.
    ///
    /// # Errors
    /// `quota_exceeded`.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), ApiError> {
        match self.place.grow(bytes as u64, self.free_bytes) {
            true => Ok(()),
            false => Err(quota_exceeded()),
        }
    }

    /// All of it is stored, and SQL counts it from now on.
    pub(super) fn settle(&mut self) {
        self.place.settle();
    }
}

impl Content {
    /// Leaves nothing of it behind.
    pub(super) fn abort(self) {
        if let Self::Other { upload, .. } = self {
            upload.abort();
        }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        tracing::warn!(%error, "a file could not be stored or read");
        let detail = "Files cannot be stored or read right now. Try again in a moment.";
        Self::new(Code::StorageUnavailable, detail).retry_after(5)
    }
}

/// Makes the objects of an upload; of a picture, those of the picture that was made of it.
pub(super) async fn finish(
    state: &AppState,
    waiting: &Waiting,
    id: FileId,
    content: Content,
    allowance: &mut Allowance<'_>,
) -> Result<Stored, ApiError> {
    match content {
        Content::Other {
            upload,
            content_type,
            size_bytes,
        } => {
            if let Err(error) = upload.finish().await {
                // The storage may have it all the same: only the answer may be lost.
                remove(state, id);
                return Err(error.into());
            }
            Ok(Stored {
                kind: FileKind::File,
                content_type,
                size_bytes,
                picture: None,
            })
        }
        Content::Picture(bytes) => {
            let owner = allowance.user();
            let made = state.image_work.process(owner, bytes, waiting.gone());
            let made = made.await?;
            waiting.check()?;
            allowance.take(made.picture.bytes.len())?;
            match write_picture(state, id, &made.picture).await {
                Ok(()) => Ok(of_picture(made.picture)),
                Err(error) => {
                    remove(state, id);
                    Err(error.into())
                }
            }
        }
    }
}

async fn write_picture(
    state: &AppState,
    id: FileId,
    picture: &Processed,
) -> Result<(), StorageError> {
    let mut upload = state.storage.upload(&Key::file(id));
    if let Err(error) = upload.write(&picture.bytes).await {
        upload.abort();
        return Err(error);
    }
    upload.finish().await?;
    let thumbnail = picture.thumbnail.clone().into();
    state.storage.put(&Key::thumbnail(id), thumbnail).await
}

fn of_picture(picture: Processed) -> Stored {
    Stored {
        kind: FileKind::Image,
        content_type: picture.content_type,
        size_bytes: picture.bytes.len() as u64,
        picture: Some(Picture {
            width: picture.width,
            height: picture.height,
            thumbnail_type: picture.thumbnail_type,
            thumbnail_bytes: picture.thumbnail.len() as u64,
            placeholder: picture.placeholder,
            first_frame_only: picture.first_frame_only,
        }),
    }
}

/// A place for an upload, and how much it may bring. Refuses a user who has no room left before anything is read.
pub(super) async fn admit(state: &AppState, user: UserId) -> Result<Allowance<'_>, ApiError> {
    let taken = file::Entity::taken_by(&state.db.read, user.0).await?;
    let free = quota(state).saturating_sub(taken);
    let free_bytes = u64::try_from(free).ok().filter(|free| *free > 0);
    let free_bytes = free_bytes.ok_or_else(quota_exceeded)?;
    let place = state.uploads.take(user)?;
    Ok(Allowance { place, free_bytes })
}

/// Writes the row, unless the user may not have it, or nobody waits for it. The objects of a file without one go.
pub(super) async fn record(
    state: &AppState,
    row: file::Model,
    waiting: &Waiting,
) -> Result<(), ApiError> {
    let (id, owner) = (FileId(row.id), UserId(row.owner_id));
    let prepared = prepare(state, row).await;
    let transaction = match prepared.and_then(|ready| waiting.check().map(|()| ready)) {
        Ok(transaction) => transaction,
        Err(error) => {
            remove(state, id);
            return Err(error);
        }
    };
    // Where it is open what became of the commit, the objects stay: a sweep looks for their rows later.
    transaction.commit().await?;
    let heard = waiting.check();
    if heard.is_err() {
        take_back(state, owner, id).await?;
    }
    heard
}

async fn prepare(state: &AppState, row: file::Model) -> Result<bootstrap::Transaction, ApiError> {
    let transaction = begin_write(&state.db).await?;
    if !user::Entity::hold_active_alone(&transaction, row.owner_id).await? {
        return Err(ApiError::not_authenticated());
    }
    let taken = file::Entity::taken_by(&transaction, row.owner_id).await?;
    if taken.saturating_add(row.size_bytes) > quota(state) {
        return Err(quota_exceeded());
    }
    file::Entity::add(&transaction, row).await?;
    Ok(transaction)
}

/// Lets the objects of a refused upload go, and nobody wait for it: its client may have waited for this storage already. What
/// cannot be removed now is swept later, as it has no row.
fn remove(state: &AppState, id: FileId) {
    let storage = state.storage.clone();
    tokio::spawn(async move {
        for key in [Key::file(id), Key::thumbnail(id)] {
            if let Err(error) = storage.delete(&key).await {
                tracing::warn!(file_id = %id, %error, "the objects of a refused upload are left to the sweep");
            }
        }
    });
}

fn quota(state: &AppState) -> i64 {
    signed(state.settings.files.user_quota_bytes)
}

fn quota_exceeded() -> ApiError {
    let detail = "Your files take all the space that you have. Delete uploads that you have not sent, or wait: the files of a room that was not kept go some time after its end. Those of a kept room stay.";
    ApiError::new(Code::QuotaExceeded, detail)
}

/// A size as SQL has it.
pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
