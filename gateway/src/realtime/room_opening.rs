//! What is read when a room gets its first socket here.

use std::sync::Arc;

use broker::{ReadError, Subscription};
use contract::{receipt::Receipt, streams::RECEIPT, subjects};
use domain::{RoomId, UserId, room::Room};
use tokio::sync::{mpsc, watch};

use super::{
    position::Position, presence::Presence, reads::ReadPositions, room_actor::RoomActor,
    room_joining::Command,
};
use crate::{chat::order, error::ApiError, state::AppState};

/// Subscribes first and reads then, so that nothing falls between.
pub(super) async fn open(
    state: &AppState,
    room: Arc<Room>,
    commands: mpsc::Sender<Command>,
) -> Result<(RoomActor, Subscription), ApiError> {
    let id = room.id;
    let compared_on = *state.broker.vouched().borrow();
    let live = state.broker.subscribe(subjects::live_room_all(id)).await?;
    let room = state
        .broker
        .room(id)
        .await?
        .map_or(room, |read| Arc::new(read.value));
    let last = order::last_seq(state, id).await?;
    let mut reads = ReadPositions::new(room.members.map(|member| (member, 0)));
    for member in room.members {
        reads.confirm(member, read_position(state, id, member).await?);
    }
    let epoch = state.hub.epoch(state).await?;
    if *state.broker.vouched().borrow() != compared_on || !state.broker.is_vouched() {
        return Err(ApiError::unavailable(
            "the broker came back while the room was read",
        ));
    }
    let actor = RoomActor {
        state: state.clone(),
        id,
        epoch,
        compared_on,
        is_over: false,
        room: watch::Sender::new(room),
        position: Position::after(last),
        stored: 0,
        reads,
        presence: Presence::default(),
        unconfirmed_since: None,
        sockets: Vec::new(),
        behind: false,
        ticks: 0,
        next_socket: 0,
        commands,
    };
    actor.ask_who_is_online().await;
    Ok((actor, live))
}

/// How far a member has read, as the stream has it.
pub(super) async fn read_position(
    state: &AppState,
    room: RoomId,
    user: UserId,
) -> Result<u64, ReadError> {
    let subject = subjects::receipt(room, user);
    let Some(record) = state.broker.last(&RECEIPT, &subject).await? else {
        return Ok(0);
    };
    match serde_json::from_slice::<Receipt>(&record.payload) {
        Ok(receipt) => Ok(receipt.seq),
        // One that nobody can read must not close the room; the member's next read mends it.
        Err(error) => {
            tracing::error!(%subject, seq = record.seq, %error, "a read position cannot be read");
            Ok(0)
        }
    }
}
