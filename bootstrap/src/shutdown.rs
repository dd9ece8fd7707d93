//! The request to stop, which all tasks of a process share.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports for a program that Ctrl-C ended.
const EXIT_INTERRUPTED: i32 = 130;

/// A request to stop. Clones are the same request; once made it stays.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// A request that only [`Shutdown::request`] makes.
    pub fn new() -> Self {
        Self::default()
    }

    /// A request that SIGINT or SIGTERM makes. A second signal ends the process at once.
    ///
    /// # Errors
    /// The system refuses to register the signals.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::new();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let request = shutdown.clone();
        tokio::spawn(async move {
            next_of(&mut interrupt, &mut terminate).await;
            tracing::info!("stopping; a second signal ends the process at once");
            request.request();
            next_of(&mut interrupt, &mut terminate).await;
            std::process::exit(EXIT_INTERRUPTED);
        });
        Ok(shutdown)
    }

    /// Asks everybody to stop.
    pub fn request(&self) {
        self.0.cancel();
    }

    /// Whether stopping was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until stopping is asked for. May be dropped and called again.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// The same request for code that takes a token. Cancelling the token stops only its holder.
    pub fn token(&self) -> CancellationToken {
        self.0.child_token()
    }
}

async fn next_of(first: &mut Signal, second: &mut Signal) {
    tokio::select! {
        _ = first.recv() => (),
        _ = second.recv() => (),
    }
}
