//! The wire, written once: subjects, streams and consumers as data, what travels on them, the WebSocket frames, the
//! HTTP bodies, the error codes. No subject is spelled outside of this crate.

pub mod api;
pub mod consumers;
pub mod dead_letter;
pub mod envelope;
pub mod export;
pub mod frames;
pub mod life;
pub mod live;
pub mod message;
pub mod problem;
pub mod public_events;
pub mod receipt;
pub mod revocation;
pub mod room;
pub mod streams;
pub mod subjects;
pub mod unknown;

pub use dead_letter::DeadLetter;
pub use envelope::{Envelope, EnvelopeError};
pub use unknown::Unknown;
