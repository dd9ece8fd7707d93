//! What the workers promise, on real components.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::large_futures,
    clippy::print_stderr,
    reason = "a failed step fails the test, and a count is told"
)]

mod countdown;
mod lifecycle;
mod matchmaker;
mod no_show;
mod persistence;
mod told;
