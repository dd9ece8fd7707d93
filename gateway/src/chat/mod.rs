//! Messages: sending them, reading them back, and what is known of the rooms they stand in.
//!
//! A message is acknowledged by the broker and later projected into SQL. [`floors`] knows how far the projection is, and what
//! the stream has lost;
//! [`history`] reads SQL up to there and the stream beyond, and [`order`] says what the newest message is.

pub mod floors;
pub mod history;
pub mod known;
pub mod lookup;
pub mod order;
pub mod room_view;
pub(crate) mod rows;
pub mod send;
pub(crate) mod tail;
