//! A room in front of one of its members.

use std::sync::Arc;

use domain::{RoomId, UserId, room::Room};
use entities::room;
use sea_orm::EntityTrait;

use crate::{error::ApiError, state::AppState};

/// The room as it is now, read from the leader: whoever has changed it sees the change. Rooms that ended long ago come
/// from SQL.
///
/// # Errors
/// 404 where the room is not there or not the user's; 503 where the broker or the database is away.
pub async fn member_room(
    state: &AppState,
    room: RoomId,
    user: UserId,
) -> Result<Arc<Room>, ApiError> {
    let found = match state.broker.room(room).await? {
        Some(room) => Some(room.value),
        None => archived(state, room).await?,
    };
    found
        .filter(|room| room.has_member(user))
        .map(Arc::new)
        .ok_or_else(ApiError::room_not_found)
}

async fn archived(state: &AppState, id: RoomId) -> Result<Option<Room>, ApiError> {
    let row = room::Entity::find_by_id(id.0).one(&state.db.read).await?;
    row.map(|row| serde_json::from_value(row.document).map_err(ApiError::internal))
        .transpose()
}
