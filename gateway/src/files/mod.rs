//! Files: taken in, attached to messages, given out.

pub mod attach;
mod downloads;
pub mod form;
pub mod give;
mod held;
pub mod linger;
pub mod links;
mod pace;
pub mod range;
mod store;
pub mod take;
pub mod take_back;
mod waiting;

pub use downloads::Downloads;
pub use links::Links;
