//! How many sockets there are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The open sockets of this gateway, of both kinds.
#[derive(Debug, Default)]
pub struct Sockets(AtomicUsize);

/// One open socket. Counts until it is dropped.
#[derive(Debug)]
pub struct Permit(Arc<Sockets>);

impl Sockets {
    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// One more, or `None` where there are `most` already.
    pub fn admit(self: &Arc<Self>, most: usize) -> Option<Permit> {
        let one_more = |count: usize| (count < most).then_some(count + 1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        metrics::gauge!("webchat_websocket_connections").increment(1.0);
        Some(Permit(Arc::clone(self)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("webchat_websocket_connections").decrement(1.0);
    }
}
