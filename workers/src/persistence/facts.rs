//! What a room's event means to the world and to its members. Pure.

use contract::public_events::{Fact, MutualLike, RoomEnded, RoomFact};
use domain::{
    UserId,
    pair::{self, Pair},
    room::{Phase, Reason, Room},
};

/// The facts of one event of a room, each with its ordinal: the id of a public event is derived from it, so the
/// ordinals may never change. The answer does not depend on when, where or in which order events are looked at.
///
/// `before` is the room one revision earlier. Without it (it should never be missing) only an extension of the
/// decision could be mistaken for its start, and then nothing is told.
pub(super) fn facts_of(before: Option<&Room>, room: &Room) -> Vec<(u8, Fact)> {
    let fact = || RoomFact {
        room_id: room.id,
        member_ids: room.members,
        ends_at: room.deadline().map(|deadline| deadline.at),
    };
    let mut facts = Vec::new();
    if room.revision == 1 {
        facts.push((0, Fact::RoomCreated(fact())));
        if room.the_match().is_some() {
            facts.push((1, Fact::MatchMade(fact())));
        }
    }
    match room.phase {
        Phase::Countdown { deadline } if deadline.revision == room.revision => {
            facts.push((2, Fact::CountdownStarted(fact())));
        }
        Phase::Notification { deadline }
            if deadline.revision == room.revision && !was_deciding(before, room) =>
        {
            facts.push((3, Fact::NotificationStarted(fact())));
        }
        Phase::Kept if !before.is_some_and(Room::is_decided) => {
            facts.push((4, Fact::RoomKept(fact())));
        }
        Phase::Ended { reason, .. } if !before.is_some_and(Room::is_ended) => {
            facts.push((5, Fact::RoomEnded(ended(room, reason))));
        }
        _ => {}
    }
    facts
}

/// The fact of a pair's event, with its ordinal: only a first mutual like is one, and only of two who have a room,
/// since the subject names it.
pub(super) fn fact_of_pair(pair: &Pair) -> Option<(u8, Fact)> {
    let fact = MutualLike {
        room_id: pair.room?,
        member_ids: pair.key.members(),
        reveal_level: pair.reveal_level,
    };
    (pair.mutual_like == pair::MutualLike::Now).then_some((6, Fact::MutualLike(fact)))
}

/// Who blocked whom is nobody's business: to the world, a blocked room was left.
fn ended(room: &Room, reason: Reason) -> RoomEnded {
    let reason = match reason {
        Reason::Blocked => Reason::Left,
        other => other,
    };
    RoomEnded {
        room_id: room.id,
        member_ids: room.members,
        reason,
    }
}

fn was_deciding(before: Option<&Room>, room: &Room) -> bool {
    match before {
        Some(before) => matches!(before.phase, Phase::Notification { .. }),
        None => room.seats.iter().any(|seat| seat.extensions > 0),
    }
}

/// The members who can see that this event changed the room. The other member's vote is never among what they see.
pub(super) fn who_sees_a_change(before: Option<&Room>, room: &Room) -> Vec<UserId> {
    let sees = |member: &UserId| match before {
        Some(before) => before.view(*member) != room.view(*member),
        None => room.revision == 1 || room.is_decided(),
    };
    room.members.into_iter().filter(sees).collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        RoomId, Timestamp,
        matching::Match,
        room::{Input, Timing, Transition, Vote},
    };
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::from_u128(1));
    const BEN: UserId = UserId(Uuid::from_u128(2));
    const TIMING: Timing = Timing {
        countdown_ms: 300_000,
        notification_ms: 30_000,
        no_show_ms: 30_000,
        extension_ms: 20_000,
        extensions_max: 10,
    };

    fn direct() -> Room {
        Room::direct(RoomId(Uuid::from_u128(9)), [ADA, BEN], TIMING, Timestamp(0))
    }

    fn after(room: &Room, input: Input, now: i64) -> Room {
        match room.apply(input, Timestamp(now)).unwrap() {
            Transition::Changed { room, .. } => *room,
            Transition::Unchanged => panic!("nothing changed"),
        }
    }

    fn names(before: Option<&Room>, room: &Room) -> Vec<String> {
        let verb = |fact: Fact| {
            fact.nats_subject()
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        facts_of(before, room)
            .into_iter()
            .map(|(_, fact)| verb(fact))
            .collect()
    }

    #[test]
    fn each_step_of_a_life_is_told_once() {
        let idle = direct();
        assert_eq!(names(None, &idle), ["created"]);
        let running = after(&idle, Input::Start { by: ADA }, 1_000);
        assert_eq!(names(Some(&idle), &running), ["countdown_started"]);
        let voted = after(
            &running,
            Input::Vote {
                by: ADA,
                vote: Vote::Keep,
            },
            2_000,
        );
        assert!(names(Some(&running), &voted).is_empty());
        let timer = Input::Timer(voted.deadline().unwrap());
        let asked = after(&voted, timer, 301_000);
        assert_eq!(names(Some(&voted), &asked), ["notification_started"]);
        let kept = after(
            &asked,
            Input::Vote {
                by: BEN,
                vote: Vote::Keep,
            },
            302_000,
        );
        assert_eq!(names(Some(&asked), &kept), ["kept"]);
        let left = after(&kept, Input::Leave { by: BEN }, 400_000);
        assert_eq!(names(Some(&kept), &left), ["ended"]);
    }

    #[test]
    fn a_match_is_told_with_its_room() {
        let the_match = Match {
            score: 0.5,
            reasons: Vec::new(),
            icebreaker: None,
            icebreaker_topic: None,
            text_mode: None,
        };
        let id = RoomId(Uuid::from_u128(9));
        let room = Room::matched(id, [ADA, BEN], the_match, TIMING, Timestamp(0));
        assert_eq!(names(None, &room), ["created", "made"]);
    }

    #[test]
    fn more_time_is_no_new_decision() {
        let running = after(&direct(), Input::Start { by: ADA }, 0);
        let asked = after(&running, Input::Timer(running.deadline().unwrap()), 300_000);
        let extended = after(&asked, Input::Extend { by: BEN }, 301_000);
        assert!(names(Some(&asked), &extended).is_empty());
        assert!(names(None, &extended).is_empty());
        assert_eq!(who_sees_a_change(Some(&asked), &extended), [ADA, BEN]);
    }

    #[test]
    fn a_block_is_told_as_left() {
        let room = after(&direct(), Input::Block { by: ADA }, 5);
        let facts = facts_of(Some(&direct()), &room);
        assert!(
            matches!(&facts[..], [(5, Fact::RoomEnded(ended))] if ended.reason == Reason::Left)
        );
    }

    #[test]
    fn a_vote_is_seen_by_its_own_member_alone() {
        let running = after(&direct(), Input::Start { by: ADA }, 0);
        for vote in [Vote::Keep, Vote::End] {
            let voted = after(&running, Input::Vote { by: ADA, vote }, 1_000);
            assert_eq!(who_sees_a_change(Some(&running), &voted), [ADA]);
            assert!(who_sees_a_change(None, &voted).is_empty());
        }
    }
}
