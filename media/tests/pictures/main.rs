//! Pictures as people and their phones make them, and as nobody should.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test ends where its ground is missing, and makes up its pixels"
)]

mod avatars;
mod bad_input;
mod exif;
mod formats;
mod made;
mod privacy;
mod properties;
mod size;
