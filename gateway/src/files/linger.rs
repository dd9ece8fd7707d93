//! What becomes of the rest of an upload that is refused. Most clients listen only after they have sent everything: where a
//! connection ends before, they see that it broke, and not why. So the rest is taken and thrown away before the answer is
//! given, as long as it comes at the pace of an upload, and holds no place of one.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Error,
    body::{Body, BodyDataStream},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout_at;

use super::{
    form::{BODY_MAX_BYTES, promised},
    held::Held,
    pace::Pace,
};
use crate::state::AppState;

/// So long after uploads have to end, as the gateway does, the rest of one is still taken.
const ENDING_WITHIN: Duration = Duration::from_secs(5);

/// Runs the request, and takes the rest of its body where it is refused.
pub async fn lingering(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let waits_to_be_asked = request.headers().contains_key(header::EXPECT);
    let (request, rest) = lent(request);
    let response = next.run(request).await;
    let status = response.status();
    // Whoever stood still, or came too slowly, goes on doing so.
    let is_heard = status.is_success() || status == StatusCode::REQUEST_TIMEOUT;
    // And whoever has to be asked for a body has sent none: only reading it would ask.
    if is_heard || waits_to_be_asked && rest.received() == 0 || !rest.is_bearable() {
        return response;
    }
    let ending = state.uploads_end.clone();
    let ended = async {
        ending.requested().await;
        tokio::time::sleep(ENDING_WITHIN).await;
    };
    let pace = Pace::begin(&state.settings.files, ending.clone(), Held::default());
    tokio::select! {
        () = rest.take(pace) => {}
        () = ended => {}
    }
    response
}

/// A body that can be taken on with after whoever was to read it is done.
#[derive(Clone)]
struct Rest(Arc<Mutex<Lent>>);

struct Lent {
    pieces: BodyDataStream,
    received: usize,
    promised: Option<usize>,
}

/// The request, and what will be left of its body.
fn lent(request: Request) -> (Request, Rest) {
    let promised = promised(&request);
    let (parts, body) = request.into_parts();
    let rest = Rest(Arc::new(Mutex::new(Lent {
        promised,
        pieces: body.into_data_stream(),
        received: 0,
    })));
    let body = Body::from_stream(rest.clone());
    (Request::from_parts(parts, body), rest)
}

impl Rest {
    /// Until its end, or it comes too slowly, or it is more than anybody reads.
    async fn take(mut self, pace: Pace) {
        while self.received() < BODY_MAX_BYTES {
            let until = pace.gives_up_at(tokio::time::Instant::now());
            match timeout_at(until, self.next()).await {
                Ok(Some(Ok(piece))) => pace.receive(piece.len()),
                _ => return,
            }
        }
    }

    fn received(&self) -> usize {
        self.lent().received
    }

    /// Whether it may end before it is given up. Of what may not, only who listens meanwhile hears, and should at once.
    fn is_bearable(&self) -> bool {
        self.lent()
            .promised
            .is_none_or(|length| length <= BODY_MAX_BYTES)
    }

    /// Nothing that holds the lock can leave the body half-read.
    fn lent(&self) -> MutexGuard<'_, Lent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for Rest {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut lent = self.lent();
        let piece = ready!(lent.pieces.poll_next_unpin(context));
        if let Some(Ok(piece)) = &piece {
            lent.received += piece.len();
        }
        Poll::Ready(piece)
    }
}
