//! What a gateway promises over HTTP, on a real nats-server, a real database and real workers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its ground is missing")]

mod accounts;
mod bad_input;
mod lifecycle;
mod messages;
mod operation;
mod queue;
mod rooms;
mod sessions;
mod world;
