//! An upload, from the form to the row. Nothing is there before all of it is: the object is written first, the row last, and
//! whatever fails in between takes the object with it.

use axum::extract::Request;
use bytes::Bytes;
use contract::{api::Uploaded, problem::Code};
use domain::{
    FileId,
    file::{FileKind, picture_name, safe_name},
};
use entities::file;
use media::{
    image::Refusal,
    kind::{HEAD_BYTES, Kind, of},
};
use storage::{Key, Upload};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    attach::attachment,
    form::{FileField, Form, InMemory, refused, too_large},
    store::{self, Allowance, Content, Stored},
    waiting::Waiting,
};
use crate::{auth::RoomMember, error::ApiError, state::AppState};

/// Takes a file for a room. A client that goes away does not end the work in the middle of a step, but before the next one: what
/// it leaves is cleared.
///
/// # Errors
/// 409 where the room has ended, 413 where the file or all files of the user are too large, 415 and 422 for a bad form, 429
/// where the user uploads too often, 408 where the file comes too slowly, 503 where it cannot be stored now.
pub async fn take(
    state: AppState,
    member: RoomMember,
    request: Request,
) -> Result<Uploaded, ApiError> {
    // Dropped with this future, where the client goes away.
    let (waiting, _guard) = Waiting::begin();
    let work = async move {
        let mut form = Form::of(request, &state).await?;
        take_form(&state, &member, &mut form, &waiting).await
    };
    tokio::spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)?
}

async fn take_form(
    state: &AppState,
    member: &RoomMember,
    form: &mut Form,
    waiting: &Waiting,
) -> Result<Uploaded, ApiError> {
    state.limits.check_upload(member.user)?;
    if member.room.is_ended() {
        let detail = "The room has ended; nothing can be sent any more.";
        return Err(ApiError::new(Code::RoomEnded, detail));
    }
    let mut allowance = store::admit(state, member.user).await?;
    state.storage.has_space().await?;
    let id = FileId(Uuid::now_v7());
    let (name, content) = {
        let mut field = form.file().await?;
        let name = safe_name(&field.name());
        let content = read(state, id, &mut field, &mut allowance).await?;
        (name, content)
    };
    // What may follow it is looked at before there is anything for good.
    let stored = match form.finish().await.and_then(|()| waiting.check()) {
        Ok(()) => store::finish(state, waiting, id, content, &mut allowance).await?,
        Err(error) => {
            content.abort();
            return Err(error);
        }
    };
    let now = state.now();
    let name = picture_name(&name, stored.content_type);
    let row = row(id, member, name, &stored, now.0);
    let mut file = attachment(&row);
    allowance.settle();
    store::record(state, row, waiting).await?;
    state.links.sign_file(&mut file, now);
    let picture = stored.picture.as_ref();
    Ok(Uploaded {
        file,
        first_frame_only: picture.is_some_and(|picture| picture.first_frame_only),
    })
}

/// A picture in memory, as it has to be decoded; anything else on its way into the storage.
async fn read(
    state: &AppState,
    id: FileId,
    field: &mut FileField<'_>,
    allowance: &mut Allowance<'_>,
) -> Result<Content, ApiError> {
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES {
        match field.next().await? {
            Some(piece) => head.extend_from_slice(&piece),
            None => break,
        }
    }
    if head.is_empty() {
        return Err(refused("empty", "The file is empty."));
    }
    match of(&head) {
        Kind::Image(_) => Ok(Content::Picture(read_picture(head, field).await?)),
        Kind::ForeignImage => Err(Refusal::ForeignFormat.into()),
        Kind::File { content_type } => {
            let mut upload = state.storage.upload(&Key::file(id));
            match pass_on(&head, field, &mut upload, allowance).await {
                Ok(size_bytes) => Ok(Content::Other {
                    upload,
                    content_type,
                    size_bytes,
                }),
                Err(error) => {
                    upload.abort();
                    Err(error)
                }
            }
        }
    }
}

async fn read_picture(head: Vec<u8>, field: &mut FileField<'_>) -> Result<Bytes, ApiError> {
    let mut picture = InMemory::default();
    picture.extend(&head)?;
    while let Some(piece) = field.next().await? {
        picture.extend(&piece)?;
    }
    Ok(picture.whole())
}

async fn pass_on(
    head: &[u8],
    field: &mut FileField<'_>,
    upload: &mut Upload,
    allowance: &mut Allowance<'_>,
) -> Result<u64, ApiError> {
    let max_bytes = FileKind::File.max_bytes();
    allowance.take(head.len())?;
    upload.write(head).await?;
    let mut size_bytes = head.len() as u64;
    while let Some(piece) = field.next().await? {
        size_bytes += piece.len() as u64;
        if size_bytes > max_bytes {
            return Err(too_large(max_bytes));
        }
        allowance.take(piece.len())?;
        upload.write(&piece).await?;
    }
    Ok(size_bytes)
}

fn row(id: FileId, member: &RoomMember, name: String, stored: &Stored, now: i64) -> file::Model {
    let picture = stored.picture.as_ref();
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    file::Model {
        id: id.0,
        room_id: member.room.id.0,
        owner_id: member.user.0,
        kind: stored.kind.as_str().to_owned(),
        name,
        content_type: stored.content_type.to_owned(),
        size_bytes: store::signed(stored.size_bytes),
        width: picture.map(|picture| pixels(picture.width)),
        height: picture.map(|picture| pixels(picture.height)),
        thumbnail_type: picture.map(|picture| picture.thumbnail_type.to_owned()),
        thumbnail_bytes: picture.map(|picture| store::signed(picture.thumbnail_bytes)),
        placeholder: picture.map(|picture| picture.placeholder.clone()),
        created_at: now,
        client_id: None,
        claimed_at: None,
        message_id: None,
        removed_at: None,
    }
}
