//! Messages: what may be sent, and how much is read at once.

use std::time::Duration;

use crate::{ClientId, FieldError, Timestamp, text::shows_nothing};

/// Longest text of a message, in Unicode characters.
pub const TEXT_MAX_CHARS: usize = 4_000;
/// Most attachments of one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// Most messages of one page of history.
pub const HISTORY_LIMIT_MAX: u32 = 100;
/// Messages of a page of history where the reader names no number.
pub const HISTORY_LIMIT_DEFAULT: u32 = 50;
/// How long the broker surely remembers a client's id; a message made longer ago may be a forgotten repetition.
pub const FRESH_FOR: Duration = Duration::from_secs(60);
/// How far ahead a client's clock may be. By so much its messages look younger than they are, so the broker has to
/// remember an id for longer than both times together.
pub const AHEAD_FOR: Duration = Duration::from_secs(30);

/// What is wrong with a message's text: 1–4,000 characters, not only white space, no U+0000; empty only beside an
/// attachment.
pub fn validate_text(text: &str, has_attachments: bool) -> Option<FieldError> {
    let fault = |code, detail: &str| Some(FieldError::new("text", code, detail));
    if text.is_empty() {
        return match has_attachments {
            true => None,
            false => fault("too_short", "Write at least 1 character, or attach a file."),
        };
    }
    if text.chars().count() > TEXT_MAX_CHARS {
        return fault("too_long", "Write at most 4,000 characters.");
    }
    if text.contains('\0') {
        return fault("invalid_characters", "U+0000 is not allowed.");
    }
    if text.chars().all(shows_nothing) {
        return fault("blank", "Write more than white space.");
    }
    None
}

/// What is wrong with the name that a client gave its message: it must be a UUIDv7, because its age is read from it.
pub fn validate_client_id(client_id: ClientId) -> Option<FieldError> {
    let fault = || FieldError::new("client_id", "not_uuid_v7", "Give a UUID of version 7.");
    client_id.made_at().is_none().then(fault)
}

/// What is wrong with the number of a message's attachments.
pub fn validate_attachment_count(count: usize) -> Option<FieldError> {
    let fault = || FieldError::new("attachment_ids", "too_many", "Attach at most 10 files.");
    (count > ATTACHMENTS_MAX).then(fault)
}

/// Whether an already stored copy must be looked for before the message is published: it says that it was sent before,
/// or the broker may have forgotten its id. An id from the future tells no age, so it is looked up too.
pub fn needs_lookup(client_id: ClientId, marked_resend: bool, now: Timestamp) -> bool {
    let fresh = |made: Timestamp| now.since(made) <= FRESH_FOR && made.since(now) <= AHEAD_FOR;
    marked_resend || !client_id.made_at().is_some_and(fresh)
}

/// The number of messages in a page of history.
///
/// # Errors
/// A number outside of 1–100.
pub fn history_limit(asked: Option<u32>) -> Result<u32, FieldError> {
    match asked {
        None => Ok(HISTORY_LIMIT_DEFAULT),
        Some(limit) if (1..=HISTORY_LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(FieldError::new(
            "limit",
            "out_of_range",
            "Ask for 1 to 100 messages.",
        )),
    }
}

#[cfg(test)]
mod tests;
