//! The WebSockets.
//!
//! ```text
//!            live.<shard>.<room>.*                          live.user.<user>
//!                     │                                            │
//!  hub ──────▶ room_actor (one a room)      notifications ──▶ user_actor (one a user)
//!                     │  one encoded frame, cloned                 │
//!                     ▼                                            ▼
//!                  outbox (bounded, one a socket; full: closed with 4008)
//!                     │
//!                     ▼
//!                  writer ──▶ socket ──▶ link ──▶ chat_session / notification_session
//! ```
//!
//! | Queue | Bound | When it is full |
//! |---|---|---|
//! | commands of an actor | 64 | the socket that asks waits |
//! | frames of a socket | `realtime.outbound_frames`, `realtime.outbound_bytes` | that socket is closed with 4008 |
//! | sends of a socket | `realtime.send_window` | the socket is not read until the broker has answered |
//!
//! Each socket is two tasks: the session, which reads, and its writer. An actor never waits for a socket. A client that
//! takes nothing for ten seconds while something is being written to it is closed with 4008 too, whether its queue is
//! full or not; where it does not even take the close, it is dropped ten seconds later.

mod chat_commands;
mod chat_session;
mod close_code;
mod flood;
mod frame;
mod gateways;
mod guard;
pub mod hub;
mod leases;
mod link;
mod notification_session;
pub mod notifications;
mod opening;
mod outbox;
mod parse;
mod peers;
mod position;
mod presence;
mod reads;
mod resume;
mod room_actor;
mod room_joining;
mod room_live;
mod room_opening;
mod room_presence;
mod sends;
mod sent_here;
mod sockets;
mod tickets;
mod upgrade;
mod user_actor;
mod user_notices;
mod user_presence;
mod writer;

use axum::{Router, routing::get};

pub use hub::Hub;
pub use notifications::NotificationHub;

use crate::state::AppState;

/// The sockets' routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/ws/chat/{room_id}", get(upgrade::chat))
        .route("/ws/notifications", get(upgrade::notifications))
}
