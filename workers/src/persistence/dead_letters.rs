//! Dead letters: whose they are, and taking those out that may not be kept any longer.

use std::collections::HashSet;

use broker::{Broker, ReadError};
use contract::{DeadLetter, consumers::PERSISTENCE_CHAT, streams::DLQ, subjects::parse_chat};
use domain::RoomId;

/// Letters that are read at once.
const PAGE: usize = 100;

/// Removes the letters of a consumer, or of all, for which this holds. Says how many there were.
///
/// # Errors
/// The broker is away.
pub(super) async fn forget(
    broker: &Broker,
    consumer: Option<&str>,
    goes: impl Fn(&DeadLetter) -> bool + Send,
) -> Result<u64, ReadError> {
    let mut removed = 0;
    let mut from = 1;
    loop {
        let page = broker.dead_letters(consumer, from, PAGE).await?;
        let Some(last) = page.last().map(|buried| buried.seq) else {
            return Ok(removed);
        };
        from = last + 1;
        for buried in page {
            if buried.letter.is_ok_and(|letter| goes(&letter))
                && broker.delete_message(&DLQ, buried.seq).await?
            {
                removed += 1;
            }
        }
    }
}

/// The rooms with messages that were given up: they may be replayed.
///
/// # Errors
/// The broker is away.
pub(super) async fn rooms_of_messages(broker: &Broker) -> Result<HashSet<RoomId>, ReadError> {
    let mut rooms = HashSet::new();
    let mut from = 1;
    loop {
        let page = broker.dead_letters(Some(PERSISTENCE_CHAT.name), from, PAGE);
        let page = page.await?;
        let Some(last) = page.last().map(|buried| buried.seq) else {
            return Ok(rooms);
        };
        from = last + 1;
        let letters = page.into_iter().filter_map(|buried| buried.letter.ok());
        rooms.extend(letters.filter_map(|letter| parse_chat(&letter.subject)));
    }
}
