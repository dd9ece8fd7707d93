//! What waits to be written to one socket.

use std::sync::{Arc, OnceLock};

use axum::extract::ws::Message;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;

use super::{close_code::CloseCode, frame::Frame};

/// The way to one socket. Nobody waits for it: a socket whose queue is full is closed as too slow, and only it.
#[derive(Debug)]
pub struct Outbox {
    queue: mpsc::Sender<Message>,
    code: OnceLock<CloseCode>,
    closing: CancellationToken,
    cut: CancellationToken,
}

impl Outbox {
    /// An outbox for `capacity` frames, and the end that its writer empties.
    pub fn new(capacity: usize) -> (Arc<Self>, mpsc::Receiver<Message>) {
        let (queue, frames) = mpsc::channel(capacity);
        let outbox = Self {
            queue,
            code: OnceLock::new(),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
        };
        (Arc::new(outbox), frames)
    }

    /// An outbox that has nothing but the end of its socket.
    pub fn closed(code: CloseCode) -> (Arc<Self>, mpsc::Receiver<Message>) {
        let (outbox, frames) = Self::new(1);
        outbox.close(code);
        (outbox, frames)
    }

    /// Queues a frame. After a close nothing is queued any more.
    pub fn push(&self, frame: &Frame) {
        metrics::counter!("webchat_frames_total", "direction" => "out", "type" => frame.kind)
            .increment(1);
        self.enqueue(Message::Text(frame.text.clone()));
    }

    /// Queues a ping.
    pub fn ping(&self) {
        self.enqueue(Message::Ping(bytes::Bytes::new()));
    }

    /// Closes the socket after what is queued. The first reason stays.
    pub fn close(&self, code: CloseCode) {
        if self.code.set(code).is_err() {
            return;
        }
        self.closing.cancel();
        if self.queue.try_send(code.message()).is_err() {
            self.cut.cancel();
        }
    }

    /// Waits until somebody closes the socket.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// Waits until the socket is closed without its queue being written.
    pub async fn cut(&self) {
        self.cut.cancelled().await;
    }

    /// Why the socket is closed, if it is.
    pub fn close_code(&self) -> Option<CloseCode> {
        self.code.get().copied()
    }

    /// Whether nobody writes to the socket any more.
    pub fn is_gone(&self) -> bool {
        self.queue.is_closed()
    }

    fn enqueue(&self, message: Message) {
        if self.code.get().is_some() {
            return;
        }
        if let Err(TrySendError::Full(_)) = self.queue.try_send(message)
            && self.code.set(CloseCode::TooSlow).is_ok()
        {
            metrics::counter!("webchat_slow_sockets_total").increment(1);
            self.cut.cancel();
            self.closing.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::frames::ChatServerFrame;

    use super::*;

    #[test]
    fn a_full_queue_closes_its_socket_and_the_first_reason_stays() {
        let (outbox, mut frames) = Outbox::new(1);
        let frame = Frame::from(&ChatServerFrame::Stored { seq: 1 });
        outbox.push(&frame);
        assert_eq!(outbox.close_code(), None);
        outbox.push(&frame);
        outbox.close(CloseCode::Normal);
        assert_eq!(outbox.close_code(), Some(CloseCode::TooSlow));
        assert!(frames.try_recv().is_ok());
        assert!(
            frames.try_recv().is_err(),
            "nothing follows the frame that was queued"
        );
    }
}
