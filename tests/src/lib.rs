//! What the tests of every crate share: real components, each started on its own folder and sockets.

pub mod postgres;
