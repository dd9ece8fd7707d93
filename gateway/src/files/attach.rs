//! Files of a message: checked and taken in one statement when it is sent.

use std::collections::HashSet;

use contract::message::Attachment;
use domain::{ClientId, FieldError, FileId, RoomId, UserId};
use entities::file::{self, Claim};
use uuid::Uuid;

use super::links::Part;
use crate::{database::begin_write, error::ApiError, state::AppState};

/// A message's files as they stand with it: its links are not signed.
pub fn attachment(file: &file::Model) -> Attachment {
    let id = FileId(file.id);
    let pixels = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok());
    Attachment {
        id,
        kind: file.kind.clone(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size_bytes: file.size_bytes.unsigned_abs(),
        width: pixels(file.width),
        height: pixels(file.height),
        placeholder: file.placeholder.clone(),
        thumbnail_url: file
            .thumbnail_type
            .as_ref()
            .map(|_| Part::Thumbnail.path(id)),
        url: Part::Whole.path(id),
    }
}

/// What is wrong with the list of files, whatever they are.
pub fn validate(files: &[FileId]) -> Option<FieldError> {
    let different: HashSet<_> = files.iter().collect();
    let fault = || FieldError::new("attachment_ids", "duplicate", "Attach each file once.");
    (different.len() < files.len()).then(fault)
}

/// Takes the files for this send, in their order. All of them have to be the sender's, uploaded to this room, and in no other
/// message; the same send may take them again. Without files, SQL is not asked.
///
/// # Errors
/// `validation_failed`, with those that cannot be had: then none of them is taken. 503 where the database is away.
pub async fn claim(
    state: &AppState,
    room: RoomId,
    sender: UserId,
    client_id: ClientId,
    files: &[FileId],
) -> Result<Vec<Attachment>, ApiError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = files.iter().map(|file| file.0).collect();
    let claim = Claim {
        room: room.0,
        sender: sender.0,
        client_id: client_id.0,
        files: &ids,
        now: state.now().0,
    };
    let transaction = begin_write(&state.db).await?;
    let mut taken = file::Entity::claim(&transaction, claim).await?;
    if taken.len() < ids.len() {
        transaction.rollback().await?;
        let is_missing = |file: &&FileId| taken.iter().all(|row| row.id != file.0);
        let detail = "There is no such file of yours in this room, or it was sent already.";
        let fault = FieldError::new("attachment_ids", "unknown_file", detail)
            .about(files.iter().filter(is_missing));
        return Err(ApiError::validation(vec![fault]));
    }
    transaction.commit().await?;
    let place = |file: &file::Model| ids.iter().position(|id| *id == file.id);
    taken.sort_by_key(place);
    Ok(taken.iter().map(attachment).collect())
}
