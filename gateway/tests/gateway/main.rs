//! What a gateway promises over HTTP, on a real nats-server, a real database and real workers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod account_data;
mod accounts;
mod avatars;
mod bad_input;
mod client;
mod deletion;
mod export;
mod files;
mod history;
mod learned;
mod leases;
mod lifecycle;
mod messages;
mod notifications;
mod operation;
mod presence;
mod privacy;
mod queue;
mod queue_broken_off;
mod queue_undecided;
mod realtime;
mod reports;
mod resume;
mod rooms;
mod sessions;
mod socket;
mod socket_ends;
mod socket_limits;
mod stored;
mod texts;
mod unread;
mod world;
