//! A ticket: one person's place in the matching queue.
//!
//! A user has one ticket subject; its last event is the truth. Whoever changes it does so by compare-and-set.

use serde::{Deserialize, Serialize};

use crate::{
    RoomId, TicketId, Timestamp, UserId,
    account::DateOfBirth,
    matching::{Features, TextVector, model::PersonBeliefs},
};

/// The name of the only kind of matching there is today; it is a field of the ticket, so that more can come. Inside it each
/// language is a pool of its own: see `have_a_common_language` in `matching/filter.rs`.
pub const DEFAULT_POOL: &str = "main";

/// Where a ticket stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TicketState {
    /// In the queue.
    Waiting,
    /// Claimed for a room. Whether that room is still undecided, the room says.
    Matched {
        /// The room that the match made.
        room_id: RoomId,
    },
    /// Out of the queue.
    Gone {
        /// Why it left the queue.
        why: Gone,
    },
}

/// Why a ticket left the queue without a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// The user left the queue.
    Left,
    /// The user's connection was away for longer than the lease.
    Expired,
    /// The user was matched and did not come.
    NoShow,
}

/// One person's place in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Changes with each new joining, stays over a requeue.
    pub id: TicketId,
    /// Whose ticket it is.
    pub user_id: UserId,
    /// The pool that it waits in.
    pub pool: String,
    /// When the user joined; kept over a requeue, so that nobody loses the waiting age to another's no-show.
    pub joined_at: Timestamp,
    /// What the score and the filters need, as the profile last said while waiting or in an undecided match.
    pub features: Features,
    /// When the user was born: the age in `features` is that of the last writing. Older releases do not say it. No client is sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<DateOfBirth>,
    /// What was learned of the user beyond the profile; nothing yet, or written by an older release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<PersonBeliefs>,
    /// The user's interests as a text, for the explanation of a match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<TextVector>,
    /// The user's biography as a text, for the explanation of a match. No client is sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<TextVector>,
    /// The profile is no longer complete since the match: such a ticket does not wait again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub state: TicketState,
}

impl Ticket {
    /// A new waiting ticket of whom nothing was learned.
    pub fn join(id: TicketId, user_id: UserId, features: Features, now: Timestamp) -> Self {
        Self {
            id,
            user_id,
            pool: DEFAULT_POOL.to_owned(),
            joined_at: now,
            features,
            born: None,
            learned: None,
            words: None,
            bio: None,
            incomplete: false,
            state: TicketState::Waiting,
        }
    }

    /// The user's age at an instant; that of the last writing where the day of birth is not said.
    pub fn age_at(&self, now: Timestamp) -> u8 {
        self.born.map_or(self.features.age, |born| born.age_at(now))
    }

    /// Whether it is in the queue.
    pub fn is_waiting(&self) -> bool {
        self.state == TicketState::Waiting
    }

    /// The room it was claimed for.
    pub fn matched_room(&self) -> Option<RoomId> {
        match self.state {
            TicketState::Matched { room_id } => Some(room_id),
            TicketState::Waiting | TicketState::Gone { .. } => None,
        }
    }

    /// The same ticket in another state. Whoever is out of the queue is not scored: the day of birth, what was learned and the texts
    /// are gone.
    #[must_use]
    pub fn moved_to(&self, state: TicketState) -> Self {
        let moved = Self {
            state,
            ..self.clone()
        };
        match moved.state {
            TicketState::Gone { .. } => moved.forgetting(),
            TicketState::Waiting | TicketState::Matched { .. } => moved,
        }
    }

    /// The same ticket without the day of birth, what was learned of the user, and the texts: nobody reads them where it cannot
    /// wait again.
    #[must_use]
    pub fn forgetting(self) -> Self {
        Self {
            born: None,
            learned: None,
            words: None,
            bio: None,
            ..self
        }
    }

    /// The ticket of a user whose profile is no longer complete: out of the queue, or, while the match holds, without a way
    /// back into it.
    #[must_use]
    pub fn of_incomplete(&self) -> Self {
        if self.is_waiting() {
            return self.moved_to(TicketState::Gone { why: Gone::Left });
        }
        Self {
            incomplete: true,
            ..self.clone()
        }
    }

    /// The ticket of a user who is deleted: out of the queue, and without anything that the user said or that was learned.
    #[must_use]
    pub fn of_deleted(&self) -> Self {
        Self {
            features: Features::default(),
            ..self.moved_to(TicketState::Gone { why: Gone::Left })
        }
    }

    /// What becomes of the ticket when its room ended because somebody did not come: the one who `came` waits again,
    /// with the age that the ticket had, if the profile is still complete; the other is out. `None` where the ticket is no longer that room's.
    pub fn after_no_show(&self, room_id: RoomId, came: bool) -> Option<Self> {
        if self.matched_room() != Some(room_id) {
            return None;
        }
        Some(self.moved_to(match (came, self.incomplete) {
            (true, false) => TicketState::Waiting,
            (true, true) => TicketState::Gone { why: Gone::Left },
            (false, _) => TicketState::Gone { why: Gone::NoShow },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(number: u128) -> RoomId {
        RoomId(uuid::Uuid::from_u128(number))
    }

    fn joined() -> Ticket {
        let id = |number| uuid::Uuid::from_u128(number);
        Ticket::join(
            TicketId(id(1)),
            UserId(id(2)),
            Features::default(),
            Timestamp(1_000),
        )
    }

    #[test]
    fn a_new_ticket_waits_in_the_only_pool() {
        assert!(joined().is_waiting());
        assert_eq!(joined().pool, DEFAULT_POOL);
        assert_eq!(joined().matched_room(), None);
    }

    #[test]
    fn the_one_who_came_waits_again_with_the_age_the_ticket_had() {
        let matched = joined().moved_to(TicketState::Matched { room_id: room(1) });
        assert_eq!(matched.after_no_show(room(1), true), Some(joined()));
    }

    #[test]
    fn the_one_who_came_does_not_wait_again_with_a_profile_that_is_not_complete() {
        let matched = joined().moved_to(TicketState::Matched { room_id: room(1) });
        let incomplete = matched.of_incomplete();
        assert_eq!(incomplete.matched_room(), Some(room(1)), "the match holds");
        let left = TicketState::Gone { why: Gone::Left };
        let after = incomplete.after_no_show(room(1), true).unwrap();
        assert_eq!(after.state, left);
        assert_eq!(joined().of_incomplete().state, left);
    }

    #[test]
    fn the_one_who_did_not_come_is_out() {
        let matched = joined().moved_to(TicketState::Matched { room_id: room(1) });
        let out = matched.after_no_show(room(1), false).unwrap();
        assert_eq!(out.state, TicketState::Gone { why: Gone::NoShow });
    }

    #[test]
    fn a_no_show_moves_only_the_ticket_of_its_own_room() {
        let elsewhere = joined().moved_to(TicketState::Matched { room_id: room(2) });
        let left = joined().moved_to(TicketState::Gone { why: Gone::Left });
        for ticket in [joined(), elsewhere, left] {
            assert_eq!(ticket.after_no_show(room(1), true), None);
        }
    }

    #[test]
    fn a_deleted_users_ticket_is_out_and_says_nothing() {
        let mut ticket = joined();
        ticket.features.interests = vec!["chess".to_owned()];
        ticket.born = DateOfBirth::try_from("1990-05-17".to_owned()).ok();
        assert!(ticket.born.is_some());
        ticket.words = TextVector::hashed("chess");
        ticket.bio = TextVector::hashed("I play chess in the park");
        let belief = crate::matching::model::Belief {
            mean: 1.0,
            variance: 0.5,
        };
        ticket.learned = Some(PersonBeliefs {
            generosity: belief,
            appeal: belief,
        });
        let gone = ticket.of_deleted();
        assert!(!gone.is_waiting());
        assert_eq!(gone.features, Features::default());
        assert_eq!((gone.learned, &gone.words, &gone.bio), (None, &None, &None));
        assert_eq!(gone.born, None);
        assert_eq!(gone.of_deleted(), gone);
    }

    #[test]
    fn every_state_survives_json() {
        let states = [
            TicketState::Waiting,
            TicketState::Matched { room_id: room(1) },
            TicketState::Gone { why: Gone::Expired },
        ];
        for ticket in states.map(|state| joined().moved_to(state)) {
            let json = serde_json::to_string(&ticket).unwrap();
            assert_eq!(serde_json::from_str::<Ticket>(&json).unwrap(), ticket);
        }
    }
}
