//! Through a stream, page by page, each page in one transaction.

use std::{collections::BTreeMap, time::Instant};

use bootstrap::{Database, Shutdown};
use broker::{Broker, Record};
use contract::subjects::CHAT_FILLER;

use super::{
    super::{backoff::Backoff, decode::Event, last_message, pace::Pace, poison},
    RebuildError, Remade,
    remake::{Remake, Scope},
};

/// Events of a transaction at the most; on SQLite fewer, as long as a transaction would take too long.
const PAGE: usize = 500;
/// How often the database may fail at one page.
const TRIES: u32 = 4;

/// What a walk needs.
pub(super) struct Walk<'a> {
    pub broker: &'a Broker,
    pub database: &'a Database,
    pub shutdown: &'a Shutdown,
}

/// A page that is done.
struct Page {
    last: u64,
    events: u64,
    unreadable: u64,
    refused: u64,
}

/// What a page is read with.
struct Place<'a> {
    subject: &'a str,
    from: u64,
    scope: Scope,
}

impl Walk<'_> {
    /// From the first event that the stream retains to the last one that persistence has acknowledged.
    pub(super) async fn through<P: Remake>(&self, projection: &P) -> Result<Remade, RebuildError> {
        let stream = P::CONSUMER.stream;
        let state = self.broker.stream_state(&stream).await?;
        let until = self.broker.floor_of(&P::CONSUMER).await?.seq;
        let mut remade = Remade {
            stream: stream.name,
            first: state.first_seq,
            until,
            events: 0,
            unreadable: 0,
            refused: 0,
        };
        let mut pace = Pace::for_database(&self.database.write, PAGE);
        for subject in P::CONSUMER.filters {
            let mut place = Place {
                subject,
                from: state.first_seq,
                scope: Scope {
                    until,
                    lost: state.skipped,
                },
            };
            while let Some(page) = self.page(projection, &place, &mut pace).await? {
                place.from = page.last + 1;
                remade.events += page.events;
                remade.unreadable += page.unreadable;
                remade.refused += page.refused;
            }
        }
        Ok(remade)
    }

    /// The next page, however often the database has to be asked. Where it refuses a row, the page gets shorter, so that
    /// the culprit alone is left as it is.
    async fn page<P: Remake>(
        &self,
        projection: &P,
        place: &Place<'_>,
        pace: &mut Pace,
    ) -> Result<Option<Page>, RebuildError> {
        let mut limit = pace.limit();
        let mut backoff = Backoff::new();
        let mut tries = TRIES;
        loop {
            match self.transact(projection, place, limit, pace).await {
                Err(RebuildError::Database(error)) if poison::is_refusal(&error) && limit > 1 => {
                    limit /= 2;
                }
                Err(RebuildError::Database(error)) if tries > 1 => {
                    tries -= 1;
                    tracing::debug!(%error, "the database did not take a page; it is tried again");
                    backoff.wait(self.shutdown).await?;
                }
                Err(RebuildError::Database(error)) if poison::is_refusal(&error) => {
                    tracing::warn!(from = place.from, %error, "the database refuses an event; its row stays as it is");
                    return self.refused::<P>(place).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn transact<P: Remake>(
        &self,
        projection: &P,
        place: &Place<'_>,
        limit: usize,
        pace: &mut Pace,
    ) -> Result<Option<Page>, RebuildError> {
        let records = self.records::<P>(place, limit).await?;
        let Some(last) = records.last().map(|record| record.seq) else {
            return Ok(None);
        };
        let (read, unreadable) = (count(records.len()), unreadable::<P>(&records));
        let records = self.with_last_ones::<P>(records, place.scope.until).await?;
        let events = understood::<P>(records);
        let transaction = self.database.begin_write().await?;
        let begun = Instant::now();
        projection
            .remake(&transaction, &events, &place.scope)
            .await?;
        transaction.commit().await?;
        pace.observe(events.len(), begun.elapsed());
        last_message::settle(self.database, self.shutdown, &P::rooms(&events)).await?;
        Ok(Some(Page {
            last,
            events: read - unreadable,
            unreadable,
            refused: 0,
        }))
    }

    async fn records<P: Remake>(
        &self,
        place: &Place<'_>,
        limit: usize,
    ) -> Result<Vec<Record>, RebuildError> {
        let (stream, subject) = (P::CONSUMER.stream, place.subject);
        let replayed = self.broker.replay(&stream, subject, place.from, limit);
        let mut records = replayed.await?;
        records.retain(|record| record.seq <= place.scope.until);
        Ok(records)
    }

    /// With the last event of each subject, where that is what a row shows: a row then never shows an earlier one.
    async fn with_last_ones<P: Remake>(
        &self,
        records: Vec<Record>,
        until: u64,
    ) -> Result<Vec<Record>, RebuildError> {
        if !P::ROWS_SHOW_THE_LAST {
            return Ok(records);
        }
        let mut subjects: Vec<String> = records.iter().map(|r| r.subject.clone()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let last = self
            .broker
            .last_of_each(&P::CONSUMER.stream, &subjects, until);
        let all = records.into_iter().chain(last.await?);
        let by_seq: BTreeMap<u64, Record> = all.map(|record| (record.seq, record)).collect();
        Ok(by_seq.into_values().collect())
    }

    async fn refused<P: Remake>(&self, place: &Place<'_>) -> Result<Option<Page>, RebuildError> {
        let next = self
            .broker
            .next(&P::CONSUMER.stream, place.subject, place.from);
        let refused = next.await?.filter(|next| next.seq <= place.scope.until);
        Ok(refused.map(|record| Page {
            last: record.seq,
            events: 0,
            unreadable: 0,
            refused: 1,
        }))
    }
}

fn understood<P: Remake>(records: Vec<Record>) -> Vec<Event<P::Body>> {
    let event = |record: Record| {
        let body = P::decode(&record.subject, &record.payload).ok()?;
        Some(Event {
            seq: record.seq,
            at: record.stored_at,
            body,
        })
    };
    records.into_iter().filter_map(event).collect()
}

/// How many of these are no events, and no fillers of a lost end either.
fn unreadable<P: Remake>(records: &[Record]) -> u64 {
    let unreadable = records.iter().filter(|record| {
        record.subject != CHAT_FILLER && P::decode(&record.subject, &record.payload).is_err()
    });
    count(unreadable.count())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
