//! How long the storage is waited for. A bucket that takes a connection and says nothing is away too.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use object_store::{Error, Result};
use tokio::time::timeout;

use super::StorageError;

/// Long enough for one part of an upload.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The answer, or an error after a while.
pub(crate) async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T, StorageError> {
    match timeout(ANSWER_WITHIN, work).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(silent()),
    }
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
            Err(_) => Some((Err(silent()), None)),
        }
    })
}

fn silent() -> StorageError {
    StorageError(Error::Generic {
        store: "storage",
        source: format!("no answer within {} s", ANSWER_WITHIN.as_secs()).into(),
    })
}
