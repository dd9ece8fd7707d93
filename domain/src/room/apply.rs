//! The one function that changes a room.

use std::time::Duration;

use super::{Consequence, Deadline, Input, Origin, Phase, Reason, Refused, Room, Transition, Vote};
use crate::{Timestamp, UserId};

impl Room {
    /// Applies one input at `now` (broker time).
    ///
    /// A phase whose end has passed ends first, by its timer's rule, and the input meets what comes after; so it does
    /// not matter whether the timer or the member was served first. A timer that was set for another deadline, or that
    /// comes too early, does nothing.
    ///
    /// # Errors
    /// [`Refused`] says why the input may not happen in this state; the room stays as it is (a timer that was due will
    /// be served by its own message).
    pub fn apply(&self, input: Input, now: Timestamp) -> Result<Transition, Refused> {
        if let Input::Timer(deadline) = input
            && self.deadline() != Some(deadline)
        {
            return Ok(Transition::Unchanged);
        }
        let mut draft = Draft {
            room: self.clone(),
            consequence: None,
            changed: false,
        };
        draft.room.revision += 1;
        draft.end_phase_if_due(now);
        draft.accept(input, now)?;
        Ok(if draft.changed {
            Transition::Changed {
                room: Box::new(draft.room),
                consequence: draft.consequence,
            }
        } else {
            Transition::Unchanged
        })
    }
}

/// The next state while it is worked out; its revision is already the next one.
struct Draft {
    room: Room,
    consequence: Option<Consequence>,
    changed: bool,
}

impl Draft {
    fn end_phase_if_due(&mut self, now: Timestamp) {
        if self.room.deadline().is_none_or(|d| now < d.at) {
            return;
        }
        match self.room.phase {
            Phase::Idle { .. } => {
                self.end(Reason::NoShow, None, now);
                self.consequence = Some(Consequence::TicketsReleased);
            }
            Phase::Countdown { .. } => {
                let deadline = self.deadline_in(self.room.timing.notification_ms, now);
                self.enter(Phase::Notification { deadline });
            }
            Phase::Notification { .. } => self.end(Reason::NotKept, None, now),
            Phase::Kept | Phase::Ended { .. } => {}
        }
    }

    fn accept(&mut self, input: Input, now: Timestamp) -> Result<(), Refused> {
        match input {
            Input::Timer(_) => Ok(()),
            Input::Start { by } => self.start(by, now),
            Input::Vote { by, vote } => self.vote(by, vote, now),
            Input::Extend { by } => self.extend(by),
            Input::Leave { by } => self.close(Some(by), Reason::Left, now),
            Input::Block { by } => self.close(Some(by), Reason::Blocked, now),
            Input::Moderate => self.close(None, Reason::Moderation, now),
            Input::Arrived { member } => self.presence(member, true, now),
            Input::Departed { member } => self.presence(member, false, now),
        }
    }

    fn start(&mut self, by: UserId, now: Timestamp) -> Result<(), Refused> {
        self.seat(by)?;
        match self.room.phase {
            Phase::Idle { .. } => self.begin_countdown(now),
            Phase::Countdown { .. } | Phase::Notification { .. } => {}
            Phase::Kept => return Err(Refused::RoomKept),
            Phase::Ended { .. } => return Err(Refused::RoomEnded),
        }
        Ok(())
    }

    fn vote(&mut self, by: UserId, vote: Vote, now: Timestamp) -> Result<(), Refused> {
        let seat = self.seat(by)?;
        match self.room.phase {
            Phase::Idle { .. } => return Err(Refused::CountdownNotStarted),
            Phase::Kept => return Err(Refused::RoomKept),
            Phase::Ended { .. } => return Err(Refused::RoomEnded),
            Phase::Countdown { .. } | Phase::Notification { .. } => {}
        }
        match self.room.seats[seat].vote {
            Some(cast) if cast == vote => return Ok(()),
            Some(_) => return Err(Refused::AlreadyVoted),
            None => {}
        }
        self.room.seats[seat].vote = Some(vote);
        self.changed = true;
        match self.room.seats.map(|seat| seat.vote) {
            [Some(Vote::Keep), Some(Vote::Keep)] => {
                self.room.kept_at = Some(now);
                self.consequence = Some(Consequence::PairKept);
                self.enter(Phase::Kept);
            }
            [Some(Vote::End), Some(Vote::End)] => self.end(Reason::NotKept, None, now),
            _ => {}
        }
        Ok(())
    }

    fn extend(&mut self, by: UserId) -> Result<(), Refused> {
        let seat = self.seat(by)?;
        let Phase::Notification { deadline } = self.room.phase else {
            return Err(Refused::NotInNotification);
        };
        let asked = &mut self.room.seats[seat];
        if asked.vote.is_some() {
            return Err(Refused::AlreadyVoted);
        }
        if asked.extensions >= self.room.timing.extensions_max {
            return Err(Refused::ExtensionLimit);
        }
        asked.extensions += 1;
        let deadline = self.deadline_in(self.room.timing.extension_ms, deadline.at);
        self.enter(Phase::Notification { deadline });
        Ok(())
    }

    fn close(&mut self, by: Option<UserId>, reason: Reason, now: Timestamp) -> Result<(), Refused> {
        if let Some(by) = by {
            self.seat(by)?;
        }
        if !self.room.is_ended() {
            self.end(reason, by, now);
        }
        Ok(())
    }

    fn presence(&mut self, member: UserId, present: bool, now: Timestamp) -> Result<(), Refused> {
        let seat = self.seat(member)?;
        let waits = matches!(self.room.origin, Origin::Matched(_))
            && matches!(self.room.phase, Phase::Idle { .. });
        if !waits || self.room.seats[seat].present == present {
            return Ok(());
        }
        self.room.seats[seat].present = present;
        self.changed = true;
        if self.room.seats.iter().all(|seat| seat.present) {
            self.begin_countdown(now);
        }
        Ok(())
    }

    fn begin_countdown(&mut self, now: Timestamp) {
        let deadline = self.deadline_in(self.room.timing.countdown_ms, now);
        self.enter(Phase::Countdown { deadline });
    }

    fn end(&mut self, reason: Reason, by: Option<UserId>, at: Timestamp) {
        self.enter(Phase::Ended { at, reason, by });
    }

    fn enter(&mut self, phase: Phase) {
        self.room.phase = phase;
        self.changed = true;
    }

    fn deadline_in(&self, length_ms: u32, from: Timestamp) -> Deadline {
        Deadline {
            at: from.plus(Duration::from_millis(u64::from(length_ms))),
            revision: self.room.revision,
        }
    }

    fn seat(&self, user: UserId) -> Result<usize, Refused> {
        self.room.seat_of(user).ok_or(Refused::NotAMember)
    }
}
