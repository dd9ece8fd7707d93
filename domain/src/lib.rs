//! The rules of WebChat, as plain functions over values.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time and ids come in as arguments. What a rule
//! decides, the crates around it carry out.

pub mod account;
pub mod avatar;
pub mod field_error;
pub mod file;
pub mod ids;
pub mod matching;
pub mod message;
pub mod pair;
pub mod profile;
pub mod report;
pub mod room;
pub mod text;
pub mod ticket;
pub mod time;

pub use field_error::FieldError;
pub use ids::{ClientId, FileId, MessageId, ReportId, RoomId, SessionId, Shard, TicketId, UserId};
pub use time::Timestamp;
