//! How long the storage is waited for. A bucket that takes a connection and says nothing is away too.

use std::{future, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use object_store::{Error, Result};
use tokio::time::timeout;

use super::StorageError;

/// Long enough for one part of an upload.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Whoever reads waits for an answer of ours, which is given within ten seconds whatever happens: what comes before the reading
/// has its time, too.
const FIRST_BYTES_WITHIN: Duration = Duration::from_secs(6);

/// The answer, or an error after a while.
pub(crate) async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T, StorageError> {
    match timeout(ANSWER_WITHIN, work).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(silent(ANSWER_WITHIN)),
    }
}

/// The same for somebody who waits to read what was asked for.
pub(crate) async fn read_within<T>(
    work: impl Future<Output = Result<T>>,
) -> Result<T, StorageError> {
    match timeout(FIRST_BYTES_WITHIN, work).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(silent(FIRST_BYTES_WITHIN)),
    }
}

/// The pieces that this gives, each in its time, once the first is there: until then, it may be said that there is none.
pub(crate) async fn pieces_within<T, S>(
    opened: impl Future<Output = Result<S>>,
) -> Result<impl Stream<Item = Result<T, StorageError>> + Send + 'static, StorageError>
where
    T: Send + 'static,
    S: Stream<Item = Result<T>> + Send + 'static,
{
    let begun = read_within(async {
        let mut pieces = Box::pin(opened.await?);
        let first = pieces.next().await.transpose()?;
        Ok((first, pieces))
    });
    let (first, rest) = begun.await?;
    let first = stream::once(future::ready(first)).filter_map(future::ready);
    Ok(first.map(Ok).chain(each_within(rest)))
}

/// What comes, each in its time; after an error nothing comes any more.
pub(crate) fn each_within<T: Send + 'static>(
    items: impl Stream<Item = Result<T>> + Send + 'static,
) -> impl Stream<Item = Result<T, StorageError>> + Send + 'static {
    stream::unfold(Some(Box::pin(items)), |items| async {
        let mut items = items?;
        match timeout(ANSWER_WITHIN, items.next()).await {
            Ok(Some(Ok(item))) => Some((Ok(item), Some(items))),
            Ok(Some(Err(error))) => Some((Err(error.into()), None)),
            Ok(None) => None,
            Err(_) => Some((Err(silent(ANSWER_WITHIN)), None)),
        }
    })
}

fn silent(limit: Duration) -> StorageError {
    StorageError(Error::Generic {
        store: "storage",
        source: format!("no answer within {} s", limit.as_secs()).into(),
    })
}
