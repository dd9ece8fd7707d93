//! What is in a file, and pictures made safe to show. Pure functions over bytes: no I/O, no clock, no threads.
//!
//! Nothing of an uploaded picture is passed on as it came. [`image::process`] and [`image::avatar`] decode it and encode
//! its pixels anew, so that whatever else the file held (a place, a profile, a page, an archive) is gone. Each format has
//! its own decoder here, and each is given its bounds from the picture's header, before a pixel is read.

pub mod image;
pub mod kind;

pub use kind::{ImageFormat, Kind};
