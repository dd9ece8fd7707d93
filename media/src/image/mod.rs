//! Pictures: looked at, decoded within bounds, and encoded anew.

mod avatar;
mod bounded;
mod format;
mod header;
mod orientation;
mod pixels;
mod placeholder;
mod process;
mod refusal;
mod resize;

pub use avatar::{Avatar, Crop, avatar};
pub use header::{Header, Limits, inspect};
pub use process::{Processed, process};
pub use refusal::Refusal;
