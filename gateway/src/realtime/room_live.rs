//! What the broker tells about a room, handed to the room's sockets.

use std::{sync::Arc, time::Duration};

use broker::{LiveMessage, Publish, ReadError};
use contract::{
    Envelope,
    frames::ChatServerFrame,
    live::Realtime,
    message::StoredMessage,
    receipt::Receipt,
    room::RoomStatus,
    subjects::{self, LiveKind},
};
use domain::{UserId, room::Room};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use super::{
    close_code::CloseCode, frame::Frame, position::Seen, room_actor::RoomActor, sent_here::Place,
};
use crate::chat::tail;

/// A leader that has just been chosen may not know yet what the one before has told.
const REPLAY_ATTEMPTS: u32 = 20;
const REPLAY_PAUSE: Duration = Duration::from_millis(50);

impl RoomActor {
    /// A live copy or an announcement.
    pub(super) async fn take(&mut self, live: LiveMessage) {
        match subjects::parse_live_room(&live.subject) {
            Some((_, LiveKind::Message)) => self.take_message(live).await,
            Some((_, LiveKind::Room)) => match Envelope::<Room>::open(&live.payload) {
                Ok(event) => self.take_room(Arc::new(event.body)),
                Err(error) => self.cannot_read(&live, &error),
            },
            Some((_, LiveKind::Read)) => {
                if let Some(receipt) = self.read::<Receipt>(&live) {
                    self.take_read(receipt.user_id, receipt.seq);
                }
            }
            Some((_, LiveKind::Realtime)) => {
                if let Some(realtime) = self.read::<Realtime>(&live) {
                    self.take_realtime(realtime).await;
                }
            }
            None => tracing::warn!(subject = live.subject, "a live message of no kind"),
        }
    }

    async fn take_message(&mut self, live: LiveMessage) {
        let message = self.read::<StoredMessage>(&live);
        let id = message.as_ref().map(|message| message.id);
        self.state.seen.message(live.seq, id);
        match self.position.judge(live.seq, live.previous_seq) {
            Seen::Repeat => {}
            Seen::Next => {
                match message {
                    Some(message) => self.deliver(live.seq, message),
                    None => self.position.pass(live.seq),
                }
                self.tell_stored();
            }
            Seen::Gap => {
                metrics::counter!("webchat_live_gaps_total").increment(1);
                if let Err(error) = self.replay_to(live.seq).await {
                    tracing::debug!(room_id = %self.id, %error, "a gap could not be filled yet");
                    self.behind = true;
                }
                self.tell_stored();
            }
        }
    }

    /// Hands on every message up to `seq`, in order.
    pub(super) async fn replay_to(&mut self, seq: u64) -> Result<(), ReadError> {
        let (broker, room) = (self.state.broker.clone(), self.id);
        for _ in 0..REPLAY_ATTEMPTS {
            let from = self.position.handled() + 1;
            let looked_at = tail::walk(&broker, room, from, |seq, message| {
                self.deliver(seq, message);
                true
            })
            .await?;
            self.position.pass(looked_at);
            if self.position.handled() >= seq {
                return Ok(());
            }
            sleep(REPLAY_PAUSE).await;
        }
        Err(ReadError::Unavailable(format!(
            "message {seq} cannot be replayed"
        )))
    }

    /// The socket that a message was sent on has its ack instead.
    fn deliver(&mut self, seq: u64, message: StoredMessage) {
        let prev_seq = self.position.advance(seq);
        let (sender, client_id) = (message.sender_id, message.client_id);
        let place = Place::of(seq, &message);
        let message = message.placed(seq, prev_seq);
        let message = self.state.links.sign(message, self.state.now());
        let frame = Frame::from(&ChatServerFrame::Message(message));
        for (_, socket) in &self.sockets {
            if socket.user != sender || !socket.sent_here.is_stored(client_id, place) {
                socket.outbox.push(&frame);
            }
        }
    }

    /// Each member hears of a change only if its own view of the room changed.
    pub(super) fn take_room(&mut self, room: Arc<Room>) {
        let before = Arc::clone(&self.room.borrow());
        if room.revision <= before.revision {
            return;
        }
        let now = self.state.now();
        for member in room.members {
            let view = room.view(member);
            if let Some(view) = view.filter(|_| view != before.view(member)) {
                let status = RoomStatus::at(room.id, view, now);
                let frame = Frame::from(&ChatServerFrame::Room(status));
                self.tell(|user| user == member, &frame);
            }
        }
        if room.is_ended() {
            self.close_all(CloseCode::RoomEnded);
        }
        self.room.send_replace(room);
    }

    /// A read position as the stream has it.
    pub(super) fn take_read(&mut self, user_id: UserId, seq: u64) {
        if self.reads.confirm(user_id, seq) {
            let frame = Frame::from(&ChatServerFrame::Read { user_id, seq });
            self.tell(|_| true, &frame);
        }
    }

    /// Writes the read positions that are due. What is lost is due again.
    pub(super) fn write_reads(&mut self) {
        let due = self.reads.due(Instant::now());
        self.write(due);
    }

    /// Writes what is not written yet, however short ago the last write was: nobody is left to do it later.
    pub(super) fn write_last_reads(&self) {
        self.write(self.reads.unwritten());
    }

    fn write(&self, positions: Vec<(UserId, u64)>) {
        for (user_id, seq) in positions {
            let receipt = Receipt {
                room_id: self.id,
                user_id,
                seq,
                at: self.state.now(),
            };
            let Ok(body) = serde_json::to_vec(&receipt) else {
                continue;
            };
            let write = Publish::new(subjects::receipt(self.id, user_id), body);
            let broker = self.state.broker.clone();
            tokio::spawn(async move {
                if let Err(error) = broker.publish(write).await {
                    tracing::debug!(%error, %user_id, seq, "a read position is not written yet");
                }
            });
        }
    }

    /// Says how far the database is, if that is news. A floor of another time of the stream says nothing of the messages that
    /// were told of here: they may be lost, and others may have their sequences. Whoever heard that they are stored would
    /// not send them again.
    pub(super) fn tell_stored(&mut self) {
        let known = self.state.floors.chat();
        let floor = known.floor_for(self.epoch, self.compared_on);
        let Some(floor) = floor.filter(|_| self.state.floors.is_current(&known)) else {
            self.behind |= known.epoch != self.epoch;
            return;
        };
        let seq = floor.min(self.position.last_seq());
        if seq > self.stored {
            self.stored = seq;
            self.tell(|_| true, &Frame::from(&ChatServerFrame::Stored { seq }));
        }
    }

    /// One frame to the sockets of some members.
    pub(super) fn tell(&self, whom: impl Fn(UserId) -> bool, frame: &Frame) {
        for (_, socket) in &self.sockets {
            if whom(socket.user) {
                socket.outbox.push(frame);
            }
        }
    }

    /// Closes every socket after what it has still to hear.
    pub(super) fn close_all(&self, code: CloseCode) {
        for (_, socket) in &self.sockets {
            socket.outbox.close(code);
        }
    }

    fn read<T: DeserializeOwned>(&self, live: &LiveMessage) -> Option<T> {
        let read = serde_json::from_slice(&live.payload);
        read.inspect_err(|error| self.cannot_read(live, error)).ok()
    }

    fn cannot_read(&self, live: &LiveMessage, error: &dyn std::error::Error) {
        tracing::error!(room_id = %self.id, subject = live.subject, %error, "a live message cannot be read");
    }
}
