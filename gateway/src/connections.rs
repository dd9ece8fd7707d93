//! Connections as they are accepted. One whose other end takes nothing of what is written to it is ended: it would hold a
//! descriptor, and what is read for it, for as long as it likes, and for a link to a file nobody has to sign in.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Sleep, sleep},
};

/// Accepts connections that are waited for so long.
#[derive(Debug)]
pub struct Connections {
    listener: TcpListener,
    stall: Duration,
}

/// A connection that fails where nothing that is written is taken for so long.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    stall: Duration,
    /// When it fails, since it stands still.
    until: Option<Pin<Box<Sleep>>>,
}

impl Connections {
    /// Of this listener.
    pub fn new(listener: TcpListener, stall: Duration) -> Self {
        Self { listener, stall }
    }
}

impl Listener for Connections {
    type Io = Connection<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
        (Connection::new(stream, self.stall), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl<S> Connection<S> {
    fn new(stream: S, stall: Duration) -> Self {
        Self {
            stream,
            stall,
            until: None,
        }
    }

    /// What came of writing, in its time.
    fn in_time<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.until = None;
            return written;
        }
        let stall = self.stall;
        let until = self.until.get_or_insert_with(|| Box::pin(sleep(stall)));
        ready!(until.as_mut().poll(context));
        tracing::debug!("a connection whose other end takes nothing is ended");
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.in_time(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const STALL: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn a_connection_whose_other_end_takes_nothing_fails() {
        let (ours, mut theirs) = duplex(10);
        let mut connection = Connection::new(ours, STALL);
        let failed = connection.write_all(&[7; 100]).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        let mut taken = [0; 10];
        theirs.read_exact(&mut taken).await.unwrap();
    }

    #[tokio::test]
    async fn one_whose_other_end_is_slow_does_not() {
        let (ours, mut theirs) = duplex(10);
        let mut connection = Connection::new(ours, STALL);
        let reading = tokio::spawn(async move {
            for _ in 0..10 {
                sleep(STALL / 5).await;
                let mut taken = [0; 10];
                theirs.read_exact(&mut taken).await.unwrap();
            }
        });
        // It takes longer in all.
        connection.write_all(&[7; 100]).await.unwrap();
        reading.await.unwrap();
    }
}
