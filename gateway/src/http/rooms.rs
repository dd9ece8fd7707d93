//! Rooms: opening one, and reading them. Which rooms there are comes from SQL, how they are from the broker.

use std::{collections::HashSet, time::Duration};

use axum::{extract::State, http::StatusCode};
use contract::{
    api::{OpenRoomRequest, Page},
    room::RoomSummary,
};
use domain::{FieldError, RoomId, UserId, pair::PairKey, room::Room};
use entities::room;
use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::Select;
use uuid::Uuid;

pub use super::people::People;
use super::{
    json::Json,
    people::may_meet,
    query::PageQuery,
    responses::{OfRoom, OfUser, ReadsForm, SignedInOnly},
    unread::Unread,
};
use crate::{
    auth::{CurrentUser, RoomMember},
    chat::order,
    error::ApiError,
    state::AppState,
};

/// How long an answer waits for the database to catch up, so that the next list shows what was done.
const STORED_WITHIN: Duration = Duration::from_secs(2);
/// Rooms of one list that are looked up at the same time.
const LOOKUPS: usize = 16;

/// Opens a room with somebody, or finds the open one of the two.
#[utoipa::path(
    post, path = "/chat/rooms", tag = "rooms", security(("bearer" = [])), request_body = OpenRoomRequest,
    responses(
        (status = CREATED, body = RoomSummary, description = "A new room"),
        (status = OK, body = RoomSummary, description = "The room that the two have open already"),
        ReadsForm, OfUser,
    )
)]
pub async fn open(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(form): Json<OpenRoomRequest>,
) -> Result<(StatusCode, Json<RoomSummary>), ApiError> {
    let Some(pair) = PairKey::of(user.id, form.peer_id) else {
        let fault = FieldError::new("peer_id", "oneself", "Name somebody else.");
        return Err(ApiError::validation(vec![fault]));
    };
    may_meet(&state, user.id, form.peer_id).await?;
    let timing = state.settings.room.timing();
    let opened = state
        .broker
        .open_room(pair, RoomId(Uuid::now_v7()), timing)
        .await?;
    until_listed(&state, opened.seq).await;
    let status = if opened.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(summary(&state, user.id, &opened.room).await?)))
}

/// The user's rooms, newest first.
#[utoipa::path(
    get, path = "/chat/rooms", tag = "rooms", security(("bearer" = [])), params(PageQuery),
    responses((status = OK, body = Page<RoomSummary>, description = "One page of rooms"), (status = UNPROCESSABLE_ENTITY, body = contract::problem::Problem, content_type = "application/problem+json", description = "`validation_failed`"), SignedInOnly)
)]
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    query: PageQuery,
) -> Result<Json<Page<RoomSummary>>, ApiError> {
    Ok(Json(summaries(&state, user.id, query).await?))
}

/// One room.
#[utoipa::path(
    get, path = "/chat/rooms/{id}", tag = "rooms", security(("bearer" = [])), params(("id" = RoomId, Path)),
    responses((status = OK, body = RoomSummary, description = "The room"), OfRoom)
)]
pub async fn read(
    State(state): State<AppState>,
    member: RoomMember,
) -> Result<Json<RoomSummary>, ApiError> {
    Ok(Json(summary(&state, member.user, &member.room).await?))
}

/// One page of the user's rooms, newest first.
///
/// # Errors
/// `unavailable`.
pub async fn summaries(
    state: &AppState,
    user: UserId,
    query: PageQuery,
) -> Result<Page<RoomSummary>, ApiError> {
    let page = room::Entity::page_of(user.0, query.cursor, query.rows());
    let mut rows = Select::all(page, &state.db.read).await?;
    let next_cursor = query.cut(&mut rows, |row| row.id);
    let known = Known::load(
        state,
        user,
        rows.iter().flat_map(|row| [row.low_user, row.high_user]),
        rows.iter().map(|row| row.id),
    )
    .await?;
    let lookups = rows.into_iter().map(|row| {
        let known = &known;
        async move {
            let room = current(state, row).await?;
            known.summary(state, &room).await
        }
    });
    let items = stream::iter(lookups)
        .buffered(LOOKUPS)
        .try_collect()
        .await?;
    Ok(Page { items, next_cursor })
}

/// A room as one of its members sees it in a list.
///
/// # Errors
/// `unavailable`; `room_not_found` for anybody else.
pub async fn summary(state: &AppState, user: UserId, room: &Room) -> Result<RoomSummary, ApiError> {
    let members = room.members.map(|member| member.0);
    Known::load(state, user, members, [room.id.0])
        .await?
        .summary(state, room)
        .await
}

/// What SQL says of some of a user's rooms.
struct Known {
    user: UserId,
    people: People,
    unread: Unread,
}

impl Known {
    async fn load(
        state: &AppState,
        user: UserId,
        members: impl IntoIterator<Item = Uuid>,
        rooms: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self, ApiError> {
        let members: Vec<UserId> = members
            .into_iter()
            .collect::<HashSet<_>>()
            .into_iter()
            .map(UserId)
            .collect();
        let rooms: Vec<Uuid> = rooms.into_iter().collect();
        Ok(Self {
            user,
            people: People::read(state, &members).await?,
            unread: Unread::load(state, user, &rooms).await?,
        })
    }

    async fn summary(&self, state: &AppState, room: &Room) -> Result<RoomSummary, ApiError> {
        let view = room.view(self.user).ok_or_else(ApiError::room_not_found)?;
        let [low, high] = room.members;
        Ok(RoomSummary {
            id: room.id,
            state: view.state,
            kept: room.kept_at.is_some(),
            members: room.members.map(|id| self.people.member(id)).to_vec(),
            reveal_level: state
                .broker
                .pair(PairKey { low, high })
                .await?
                .value
                .reveal_level,
            ends_at: view.ends_at,
            created_at: room.created_at,
            // Before the count, which then has it.
            last_message: order::last_message(state, room.id).await?,
            unread_count: self.unread.of(state, room.id).await?,
            read_seq: self.unread.read_up_to(room.id),
            the_match: room.the_match().cloned(),
        })
    }
}

/// Waits until lists show the event at `seq`, or long enough: it is stored by the broker either way.
pub(super) async fn until_listed(state: &AppState, seq: u64) {
    if !state.floors.wait_life(seq, STORED_WITHIN).await {
        tracing::debug!(
            seq,
            "the database is behind; answering before it has the change"
        );
    }
}

/// The room as the broker has it; as the row has it where it ended long ago.
async fn current(state: &AppState, row: room::Model) -> Result<Room, ApiError> {
    match state.broker.room(RoomId(row.id)).await? {
        Some(room) => Ok(room.value),
        None => serde_json::from_value(row.document).map_err(ApiError::internal),
    }
}
