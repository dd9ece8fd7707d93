//! The tables, one module each, with finders scoped to whom the rows belong to.
//!
//! Columns hold raw values: ids as [`Uuid`](sea_orm::prelude::Uuid), instants as epoch milliseconds (never a date
//! type: SQLite would keep text of varying precision, and comparisons would miss rows).
//! Everything here works on SQLite and on PostgreSQL, and inside or outside a transaction.
//! Writes that the projections use may be repeated: the second time changes nothing.

mod among;
pub mod avatar;
pub mod deletion;
pub mod expiry;
pub mod file;
mod later;
pub mod life_rows;
pub mod make_way;
pub mod matching_model;
pub mod matching_outcome;
pub mod matching_person;
pub mod matching_telling;
pub mod message;
pub mod outbox;
pub mod pair;
pub mod profile;
pub mod read_position;
pub mod removal;
pub mod report;
pub mod report_evidence;
pub mod room;
pub mod room_event;
pub mod room_member;
pub mod room_past;
pub mod session;
pub mod storage_owner;
pub mod user;

/// The most rows that one statement writes or asks for. SQLite allows 32,766 values in a statement.
const ROWS_PER_STATEMENT: usize = 500;

/// The most rows that one statement names by a key of several columns: each is a branch of one condition, and SQLite allows
/// a depth of 1,000.
const KEYS_PER_STATEMENT: usize = 200;
