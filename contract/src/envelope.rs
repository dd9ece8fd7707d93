//! What every event of the lifecycle travels in.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An event with the id by which its writer recognises it: where the broker's answer was lost, the writer reads the
/// subject's last event and sees by the id whether it was its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Version of the body's shape. Additions do not change it.
    pub version: u8,
    /// Unique for each write.
    pub event_id: Uuid,
    /// What happened.
    pub body: T,
}

impl<T> Envelope<T> {
    /// Wraps a body of the present version.
    pub fn new(event_id: Uuid, body: T) -> Self {
        Self {
            version: 1,
            event_id,
            body,
        }
    }
}
