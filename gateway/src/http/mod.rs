//! The HTTP interface: a handler extracts, calls, responds.

pub mod assets;
pub mod asyncapi;
pub mod auth;
pub mod deletion;
pub mod devices;
pub mod docs;
pub mod export;
pub mod headers;
pub mod health;
pub mod json;
pub mod lifecycle;
pub mod messages;
pub mod outer;
pub mod password;
pub mod peer;
pub mod people;
pub mod profile;
pub mod query;
pub mod queue;
mod queue_features;
pub mod relation_lists;
pub mod relations;
pub mod reports;
pub mod responses;
pub mod rooms;
mod unread;
pub mod users;
