//! What the tests of every crate share: real components, each started on its own folder and sockets.

#![allow(
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

pub mod disk;
pub mod nats;
pub mod nats_cluster;
pub mod pictures;
pub mod postgres;
mod postgres_disk;
pub mod postgres_server;
pub mod proxy;
pub mod replica;
pub mod s3;
pub mod text_model;
