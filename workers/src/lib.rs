//! The workers: each is a module with a `run` that a process or the standalone calls.

pub mod countdown;
pub mod matchmaker;
pub mod persistence;
