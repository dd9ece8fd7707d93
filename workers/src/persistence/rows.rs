//! Rows of the lifecycle's tables, from its events.

use domain::{Timestamp, pair::Pair, room::Phase, room::Room};
use entities::{pair, room, room_event, room_past};

use sea_orm::DbErr;
use serde::Serialize;

use super::decode::sql_seq;

/// The reveal level of a pair that has kept a room.
const KEPT_LEVEL: u8 = 2;

/// A value as the `document` columns hold it.
pub(super) fn document<T: Serialize>(value: &T) -> Result<serde_json::Value, DbErr> {
    serde_json::to_value(value).map_err(|error| DbErr::Json(error.to_string()))
}

/// The room as its event at `seq` shows it.
pub(super) fn room(seq: u64, room: &Room, document: serde_json::Value) -> room::Model {
    let [low, high] = room.members;
    room::Model {
        id: room.id.0,
        low_user: low.0,
        high_user: high.0,
        state: room.phase.state().name().to_owned(),
        kept: room.kept_at.is_some(),
        reason: reason(room),
        revision: i64::from(room.revision),
        life_seq: sql_seq(seq),
        created_at: room.created_at.0,
        ends_at: room.deadline().map(|deadline| deadline.at.0),
        document,
        last_message_seq: 0,
        last_message_at: None,
    }
}

/// The reason's name as it stands in JSON.
fn reason(room: &Room) -> Option<String> {
    let Phase::Ended { reason, .. } = room.phase else {
        return None;
    };
    let name = serde_json::to_value(reason).ok()?;
    name.as_str().map(str::to_owned)
}

/// That the events before a room's outcome are to go from the stream.
pub(super) fn room_past(seq: u64, room: &Room) -> room_past::Model {
    room_past::Model {
        room_id: room.id.0,
        life_seq: sql_seq(seq),
    }
}

/// One event of a room's life.
pub(super) fn room_event(
    seq: u64,
    at: Timestamp,
    room: &Room,
    document: serde_json::Value,
) -> room_event::Model {
    room_event::Model {
        room_id: room.id.0,
        revision: i64::from(room.revision),
        life_seq: sql_seq(seq),
        document,
        recorded_at: at.0,
    }
}

/// The pair as its event at `seq` shows it.
pub(super) fn pair(seq: u64, pair: &Pair, document: serde_json::Value) -> pair::Model {
    pair::Model {
        low_user: pair.key.low.0,
        high_user: pair.key.high.0,
        life_seq: sql_seq(seq),
        document,
        reveal_level: i32::from(pair.reveal_level),
        kept: pair.reveal_level >= KEPT_LEVEL,
        last_met_at: pair.last_met_at.map(|at| at.0),
        open_room: pair.room.map(|room| room.0),
        blocked_by_low: pair.blocks[0],
        blocked_by_high: pair.blocks[1],
        liked_by_low: pair.likes[0],
        liked_by_high: pair.likes[1],
    }
}
