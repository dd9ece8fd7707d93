//! Everything that is kept of a user, as one JSON download.

mod files;
mod head;

use std::io;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{
    export::{Export, ExportedMessage, ExportedRoom},
    message::Message,
};
use domain::{RoomId, UserId, room::Room};
use entities::room;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{iter, once, try_unfold},
};
use sea_orm::Select;

use super::{query::PageQuery, responses::SignedInOnly};
use crate::{auth::CurrentUser, chat::history, error::ApiError, state::AppState};

/// Rooms that are read at once, and messages.
const PAGE: u32 = 100;
const DISPOSITION: &str = "attachment; filename=\"webchat-export.json\"";

/// Everything that is kept of the user: account, profile, avatar, what matching has learned, devices, likes, blocks, reports,
/// files with where to read them, rooms and the user's own messages in them. What peers said is theirs.
#[utoipa::path(
    get, path = "/users/me/export", tag = "account", security(("bearer" = [])),
    responses((status = OK, body = Export, description = "A download"), SignedInOnly)
)]
pub async fn export(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    let head =
        serde_json::to_string(&head::of(&state, &user).await?).map_err(ApiError::internal)?;
    let head = opened(head, "files");
    let files = files::chunks(state.clone(), user.id);
    let between = once(async { Ok("],\"rooms\":[".to_owned()) });
    // Read page by page as the client takes it. Where a page cannot be read, the download breaks off.
    let rooms = rooms(state.clone(), user.id).enumerate();
    let rooms = rooms.flat_map(move |(number, row)| {
        let chunks = room_chunks(state.clone(), user.id, row);
        once(async move { Ok(if number == 0 { "" } else { "," }.to_owned()) }).chain(chunks)
    });
    let end = once(async { Ok("]}".to_owned()) });
    let document = once(async { Ok(head) })
        .chain(files)
        .chain(between)
        .chain(rooms)
        .chain(end);
    let document = document.map_err(|error: ApiError| {
        tracing::warn!(?error, "an export breaks off");
        io::Error::other("the rest cannot be read now")
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, DISPOSITION),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(document)).into_response())
}

/// A JSON object that goes on with a list.
fn opened(mut object: String, list: &str) -> String {
    object.pop();
    object.push_str(&format!(",\"{list}\":["));
    object
}

/// The user's rooms, newest first.
fn rooms(
    state: AppState,
    user: UserId,
) -> impl Stream<Item = Result<room::Model, ApiError>> + Send {
    let pages = try_unfold(Some(PageQuery::first(PAGE)), move |page| {
        let state = state.clone();
        async move {
            let Some(page) = page else { return Ok(None) };
            let rows = room::Entity::page_of(user.0, page.cursor, page.rows());
            let mut rows = Select::all(rows, &state.db.read).await?;
            let next = page.cut(&mut rows, |row| row.id).map(|_| PageQuery {
                cursor: rows.last().map(|row| row.id),
                ..page
            });
            Ok::<_, ApiError>(Some((iter(rows).map(Ok), next)))
        }
    });
    pages.try_flatten()
}

/// What of a room is to be written next.
enum Next {
    Room,
    /// The user's messages after this sequence.
    Messages {
        after: u64,
        is_first: bool,
    },
    Nothing,
}

const FIRST_MESSAGES: Next = Next::Messages {
    after: 0,
    is_first: true,
};

/// A room and the user's own messages in it.
fn room_chunks(
    state: AppState,
    user: UserId,
    row: Result<room::Model, ApiError>,
) -> impl Stream<Item = Result<String, ApiError>> + Send {
    let row = row.map(|row| (RoomId(row.id), row.document));
    once(async move { row })
        .map_ok(move |(id, document)| {
            let state = state.clone();
            try_unfold(Next::Room, move |next| {
                let (state, document) = (state.clone(), document.clone());
                async move {
                    match next {
                        Next::Room => Ok(Some((room_head(user, document)?, FIRST_MESSAGES))),
                        Next::Messages { after, is_first } => {
                            messages(&state, user, id, after, is_first).await.map(Some)
                        }
                        Next::Nothing => Ok(None),
                    }
                }
            })
        })
        .try_flatten()
}

fn room_head(user: UserId, document: serde_json::Value) -> Result<String, ApiError> {
    let room: Room = serde_json::from_value(document).map_err(ApiError::internal)?;
    let view = room.view(user).ok_or_else(ApiError::room_not_found)?;
    let [low, high] = room.members;
    let exported = ExportedRoom {
        id: room.id,
        peer_id: if low == user { high } else { low },
        created_at: room.created_at,
        my_response: view.my_response,
        outcome: view.outcome,
        messages: Vec::new(),
    };
    let mut text = serde_json::to_string(&exported).map_err(ApiError::internal)?;
    // The list stays open.
    text.truncate(text.len() - "]}".len());
    Ok(text)
}

/// One page of a room's messages, of which the user's own are written, and how it goes on.
async fn messages(
    state: &AppState,
    user: UserId,
    room: RoomId,
    after: u64,
    mut is_first: bool,
) -> Result<(String, Next), ApiError> {
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let page = history::page(state, room, None, Some(after), limit).await?;
    let last = page.items.last().map(|message| message.seq);
    let own = page
        .items
        .into_iter()
        .filter(|message| message.sender_id == user);
    let mut text = String::new();
    for message in own {
        if !std::mem::take(&mut is_first) {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(&exported(message)).map_err(ApiError::internal)?);
    }
    match last.filter(|_| page.has_more) {
        Some(after) => Ok((text, Next::Messages { after, is_first })),
        None => {
            text.push_str("]}");
            Ok((text, Next::Nothing))
        }
    }
}

fn exported(message: Message) -> ExportedMessage {
    ExportedMessage {
        id: message.id,
        sent_at: message.sent_at,
        text: message.text,
        attachment_ids: message
            .attachments
            .into_iter()
            .map(|file| file.id)
            .collect(),
    }
}
