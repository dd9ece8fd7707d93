//! What waits to be written to one socket.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::extract::ws::Message;
use settings::Realtime;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;

use super::{close_code::CloseCode, frame::Frame};

/// The way to one socket. Nobody waits for it: a socket whose queue is full is closed as too slow, and only it.
#[derive(Debug)]
pub struct Outbox {
    queue: mpsc::Sender<Message>,
    bytes: Arc<AtomicUsize>,
    max_bytes: usize,
    code: OnceLock<CloseCode>,
    close_queued: AtomicBool,
    closing: CancellationToken,
    cut: CancellationToken,
}

/// The end of an outbox that the socket's writer empties.
#[derive(Debug)]
pub struct Waiting {
    queue: mpsc::Receiver<Message>,
    bytes: Arc<AtomicUsize>,
}

impl Outbox {
    /// An outbox with the bounds of the settings, and the end that its writer empties. The frame that reaches the bound
    /// in bytes is still taken.
    pub fn new(bounds: &Realtime) -> (Arc<Self>, Waiting) {
        Self::bounded(bounds.outbound_frames, bounds.outbound_bytes)
    }

    fn bounded(most_frames: usize, max_bytes: usize) -> (Arc<Self>, Waiting) {
        let (queue, frames) = mpsc::channel(most_frames);
        let bytes = Arc::new(AtomicUsize::new(0));
        let waiting = Waiting {
            queue: frames,
            bytes: Arc::clone(&bytes),
        };
        let outbox = Self {
            queue,
            bytes,
            max_bytes,
            code: OnceLock::new(),
            close_queued: AtomicBool::new(false),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
        };
        (Arc::new(outbox), waiting)
    }

    /// An outbox that has nothing but the end of its socket.
    pub fn closed(code: CloseCode) -> (Arc<Self>, Waiting) {
        let (outbox, frames) = Self::bounded(1, 1);
        outbox.close(code);
        (outbox, frames)
    }

    /// Queues a frame. After a close nothing is queued any more.
    pub fn push(&self, frame: &Frame) {
        metrics::counter!("webchat_frames_total", "direction" => "out", "type" => frame.kind)
            .increment(1);
        self.enqueue(Message::Text(frame.text.clone()));
    }

    /// Queues the answer to what was received, also after a close that lets it finish.
    pub fn answer(&self, frame: &Frame) {
        match self.close_code() {
            Some(code) if code.lets_sends_finish() => {
                self.take_in(Message::Text(frame.text.clone()));
            }
            _ => self.push(frame),
        }
    }

    /// Queues a ping.
    pub fn ping(&self) {
        self.enqueue(Message::Ping(bytes::Bytes::new()));
    }

    /// Closes the socket after what is queued; where the code lets what was received finish, after its answers too. The
    /// first reason stays.
    pub fn close(&self, code: CloseCode) {
        if self.code.set(code).is_err() {
            return;
        }
        self.closing.cancel();
        if !code.lets_sends_finish() {
            self.end();
        }
    }

    /// No answer is to come any more: a close is written after those that are queued.
    pub fn end(&self) {
        let Some(code) = self.close_code() else {
            return;
        };
        if !self.close_queued.swap(true, Ordering::Relaxed)
            && self.queue.try_send(code.message()).is_err()
        {
            self.cut.cancel();
        }
    }

    /// Closes the socket without what is queued: its client does not read.
    pub fn too_slow(&self) {
        if self.code.set(CloseCode::TooSlow).is_ok() {
            metrics::counter!("webchat_slow_sockets_total").increment(1);
            self.cut.cancel();
            self.closing.cancel();
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
        if self.code.get().is_none() {
            self.take_in(message);
        }
    }

    fn take_in(&self, message: Message) {
        let size = size_bytes(&message);
        // Counted before it is queued: the writer may take it out at once.
        if self.bytes.fetch_add(size, Ordering::Relaxed) >= self.max_bytes {
            self.too_slow();
        } else if let Err(TrySendError::Full(_)) = self.queue.try_send(message) {
            self.too_slow();
        }
    }
}

impl Waiting {
    /// The next frame; `None` when there will be none.
    pub async fn next(&mut self) -> Option<Message> {
        let message = self.queue.recv().await?;
        Some(self.taken(message))
    }

    /// The next frame if it is there already.
    pub fn next_now(&mut self) -> Option<Message> {
        let message = self.queue.try_recv().ok()?;
        Some(self.taken(message))
    }

    fn taken(&self, message: Message) -> Message {
        if !matches!(message, Message::Close(_)) {
            self.bytes
                .fetch_sub(size_bytes(&message), Ordering::Relaxed);
        }
        message
    }
}

fn size_bytes(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use contract::frames::ChatServerFrame;
    use settings::Settings;

    use super::*;

    fn bounds(outbound_frames: usize, outbound_bytes: usize) -> Realtime {
        Realtime {
            outbound_frames,
            outbound_bytes,
            ..Settings::from_sources(None, []).unwrap().realtime
        }
    }

    #[test]
    fn a_full_queue_closes_its_socket_and_the_first_reason_stays() {
        let (outbox, mut frames) = Outbox::new(&bounds(1, 1_000));
        let frame = Frame::from(&ChatServerFrame::Stored { seq: 1 });
        outbox.push(&frame);
        assert_eq!(outbox.close_code(), None);
        outbox.push(&frame);
        outbox.close(CloseCode::Normal);
        assert_eq!(outbox.close_code(), Some(CloseCode::TooSlow));
        assert!(frames.next_now().is_some());
        assert!(
            frames.next_now().is_none(),
            "nothing follows the frame that was queued"
        );
    }

    #[test]
    fn an_answer_goes_before_the_close_and_nothing_else_does() {
        let frame = Frame::from(&ChatServerFrame::Stored { seq: 1 });
        for (code, expected) in [(CloseCode::Restart, 1), (CloseCode::SignedOut, 0)] {
            let (outbox, mut frames) = Outbox::new(&bounds(10, 1_000));
            outbox.close(code);
            outbox.push(&frame);
            outbox.answer(&frame);
            outbox.end();
            let queued: Vec<_> = std::iter::from_fn(|| frames.next_now()).collect();
            assert_eq!(queued.len(), expected + 1, "{code:?}");
            assert!(matches!(queued.last(), Some(Message::Close(_))), "{code:?}");
        }
    }

    #[test]
    fn a_queue_is_full_in_bytes_too_and_what_was_written_does_not_count() {
        let frame = Frame::from(&ChatServerFrame::Stored { seq: 1 });
        let (outbox, mut frames) = Outbox::new(&bounds(100, 2 * frame.text.len()));
        for _ in 0..50 {
            outbox.push(&frame);
            outbox.push(&frame);
            assert_eq!(outbox.close_code(), None);
            assert!(frames.next_now().is_some() && frames.next_now().is_some());
        }
        outbox.push(&frame);
        outbox.push(&frame);
        outbox.push(&frame);
        assert_eq!(outbox.close_code(), Some(CloseCode::TooSlow));
    }
}
