//! The files of an export.

use contract::export::ExportedFile;
use domain::{MessageId, RoomId, Timestamp, UserId};
use entities::file;
use futures_util::{Stream, stream::try_unfold};
use sea_orm::Select;
use uuid::Uuid;

use super::PAGE;
use crate::{error::ApiError, files::attach::attachment, state::AppState};

/// How far the files are written.
#[derive(Clone, Copy)]
enum Next {
    /// Those behind this one; `None`: all.
    Behind(Option<Uuid>),
    Nothing,
}

/// The user's files as items of a JSON list, page by page.
pub(super) fn chunks(
    state: AppState,
    user: UserId,
) -> impl Stream<Item = Result<String, ApiError>> + Send {
    try_unfold(Next::Behind(None), move |next| {
        let state = state.clone();
        async move {
            match next {
                Next::Behind(last) => page(&state, user, last).await.map(Some),
                Next::Nothing => Ok(None),
            }
        }
    })
}

async fn page(
    state: &AppState,
    user: UserId,
    behind: Option<Uuid>,
) -> Result<(String, Next), ApiError> {
    let rows = file::Entity::page_of(user.0, behind, PAGE.into());
    let rows = Select::all(rows, &state.db.read).await?;
    let next = match rows.last() {
        Some(last) if rows.len() as u64 == u64::from(PAGE) => Next::Behind(Some(last.id)),
        _ => Next::Nothing,
    };
    let mut text = String::new();
    for row in &rows {
        if behind.is_some() || !text.is_empty() {
            text.push(',');
        }
        let file = exported(state, row);
        text.push_str(&serde_json::to_string(&file).map_err(ApiError::internal)?);
    }
    Ok((text, next))
}

fn exported(state: &AppState, row: &file::Model) -> ExportedFile {
    let mut file = attachment(row);
    state.links.sign_file(&mut file, state.now());
    ExportedFile {
        file,
        room_id: RoomId(row.room_id),
        uploaded_at: Timestamp(row.created_at),
        message_id: row.message_id.map(MessageId),
    }
}
