//! How much of a form waits in memory until it is clear what it is.
//!
//! The parser of forms takes what is there before it looks at any of it, and keeps all of a part's head until its end. So it
//! is given one piece at a time, and nothing more once it has kept too much without giving anything out.

use std::{
    mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    Error,
    body::{Body, BodyDataStream},
    extract::Request,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

/// So much is kept, and the piece beside it with which it gets beyond that. What a browser says of a file has some hundred bytes.
const MAX_BYTES: usize = 64 * 1024;

/// What a parser keeps. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    bytes: AtomicUsize,
    /// All that has come, kept or not.
    received: AtomicU64,
    is_over: AtomicBool,
}

impl Held {
    /// The request, whose body is given out as this allows.
    pub(super) fn meter(&self, request: Request) -> Request {
        let held = self.clone();
        request.map(|body| {
            Body::from_stream(Metered {
                pieces: body.into_data_stream(),
                held,
                has_given: false,
            })
        })
    }

    /// The parser has given something out.
    pub(super) fn let_go(&self) {
        self.0.bytes.store(0, Ordering::Relaxed);
    }

    /// Whether it had to be stopped.
    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }

    /// How much of the form has come.
    pub(super) fn received(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    /// So many bytes more have come.
    pub(super) fn receive(&self, bytes: usize) {
        self.0.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn takes(&self, piece: &Bytes) -> bool {
        self.receive(piece.len());
        if self.0.bytes.load(Ordering::Relaxed) > MAX_BYTES {
            self.0.is_over.store(true, Ordering::Relaxed);
        }
        self.0.bytes.fetch_add(piece.len(), Ordering::Relaxed);
        !self.is_over()
    }
}

struct Metered {
    pieces: BodyDataStream,
    held: Held,
    has_given: bool,
}

impl Stream for Metered {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if mem::take(&mut self.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match ready!(self.pieces.poll_next_unpin(context)) {
            Some(Ok(piece)) if !self.held.takes(&piece) => {
                Poll::Ready(Some(Err(Error::new("what describes a part is too long"))))
            }
            piece => {
                self.has_given = piece.is_some();
                Poll::Ready(piece)
            }
        }
    }
}
