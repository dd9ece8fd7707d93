//! The promises of `README.md`, tried over random lives of rooms.

use proptest::prelude::*;

use super::{lives::*, *};

proptest! {
    #[test]
    fn an_outcome_is_never_taken_back(room in any_room(), life in any_life()) {
        let mut outcomes = 0;
        for step in live(room, &life) {
            let Some(after) = step.after() else { continue };
            outcomes += u32::from(!step.before.is_decided() && after.is_decided());
            if step.before.is_decided() {
                let closes = matches!(
                    step.input,
                    Input::Leave { .. } | Input::Block { .. } | Input::Moderate
                );
                prop_assert!(step.before.phase == Phase::Kept && after.is_ended() && closes);
                prop_assert_eq!(after.kept_at, step.before.kept_at);
            }
        }
        prop_assert!(outcomes <= 1);
    }

    #[test]
    fn nothing_happens_to_an_ended_room(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            prop_assert!(!step.before.is_ended() || step.after().is_none());
        }
    }

    #[test]
    fn a_deadline_exists_exactly_where_a_phase_has_an_end(room in any_room(), life in any_life()) {
        for room in live(room, &life).iter().filter_map(Step::after) {
            let is_matched = room.the_match().is_some();
            let has_an_end = match room.phase.state() {
                RoomState::Idle => is_matched,
                RoomState::Countdown | RoomState::Notification => true,
                RoomState::Kept | RoomState::Ended => false,
            };
            prop_assert_eq!(room.deadline().is_some(), has_an_end);
        }
    }

    #[test]
    fn each_change_is_one_revision(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let Some(after) = step.after() else { continue };
            prop_assert_eq!(after.revision, step.before.revision + 1);
            let mut same_but_for_the_revision = step.before.clone();
            same_but_for_the_revision.revision = after.revision;
            prop_assert_ne!(after, &same_but_for_the_revision);
            if let Some(deadline) = after.deadline() {
                let is_old = step.before.deadline() == Some(deadline);
                prop_assert!(is_old || deadline.revision == after.revision);
            }
        }
    }

    #[test]
    fn time_moves_nothing_early(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let (Some(after), Some(deadline)) = (step.after(), step.before.deadline()) else {
                continue;
            };
            if step.now >= deadline.at {
                continue;
            }
            prop_assert!(!matches!(step.input, Input::Timer(_)));
            prop_assert!(
                after.phase.state() != RoomState::Notification
                    || step.before.phase.state() == RoomState::Notification
            );
            let ended_by_time = match after.phase {
                Phase::Ended { reason: Reason::NoShow, .. } => true,
                Phase::Ended { reason: Reason::NotKept, .. } => {
                    after.seats.iter().any(|seat| seat.vote != Some(Vote::End))
                }
                _ => false,
            };
            prop_assert!(!ended_by_time);
        }
    }

    #[test]
    fn a_timer_of_another_deadline_does_nothing(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            if let Input::Timer(deadline) = step.input
                && step.before.deadline() != Some(deadline)
            {
                prop_assert_eq!(step.result, Ok(Transition::Unchanged));
            }
        }
    }

    #[test]
    fn a_vote_is_invisible_to_the_other_member(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let (Input::Vote { by, .. }, Some(after)) = (step.input, step.after()) else {
                continue;
            };
            let peer = after.peer_of(by).unwrap();
            if after.is_decided() {
                prop_assert!(after.seats.iter().all(|seat| seat.vote.is_some()));
            } else {
                // Where a phase was due as well, its end is what the other sees, and nothing else.
                let by_time_alone = without_revisions(served(&step.before, step.now)).view(peer);
                prop_assert_eq!(after.view(peer), by_time_alone);
            }
        }
    }

    #[test]
    fn a_refusal_and_a_silence_look_the_same(
        room in any_room(),
        life in any_life(),
        refuses_at in 0..40usize,
    ) {
        // Seat 0 refuses at some point or says nothing; it does nothing else that a vote could forbid.
        let others = life.into_iter().filter(|happening| {
            let open = matches!(happening.what, What::Vote(_) | What::Extend);
            !(open && happening.seat == 0) && happening.what != What::Vote(Vote::End)
        });
        let silence: Vec<Happening> = others.collect();
        let mut refusal = silence.clone();
        let at = refuses_at.min(refusal.len());
        let refuse = Happening { after_ms: 0, seat: 0, what: What::Vote(Vote::End) };
        refusal.insert(at, refuse);
        // What seat 1 sees, at each moment: always with the timers served, as a running system does.
        let seen = |life: &[Happening]| {
            let (mut room, mut now) = (room.clone(), BORN);
            let mut seen = Vec::new();
            for &happening in life {
                now = Timestamp(now.0 + i64::from(happening.after_ms));
                room = served(&room, now);
                let result = room.apply(input(&room, happening), now);
                let refused = result.as_ref().err().copied();
                if let Ok(Transition::Changed { room: after, .. }) = result {
                    room = *after;
                }
                seen.push((room.view(room.members[1]), refused));
            }
            seen
        };
        let mut with_refusal = seen(&refusal);
        with_refusal.remove(at);
        prop_assert_eq!(with_refusal, seen(&silence));
    }

    #[test]
    fn the_same_input_again_changes_nothing_more(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let Some(after) = step.after() else { continue };
            if !matches!(step.input, Input::Extend { .. }) {
                let again = after.apply(step.input, step.now);
                let changed = matches!(again, Ok(Transition::Changed { .. }));
                prop_assert!(!changed);
            }
        }
    }

    #[test]
    fn a_room_is_kept_only_by_both(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let Ok(Transition::Changed { room: after, consequence }) = &step.result else {
                continue;
            };
            let both = after.seats.iter().all(|seat| seat.vote == Some(Vote::Keep));
            prop_assert_eq!(after.kept_at.is_some(), both);
            let kept_now = after.phase == Phase::Kept;
            prop_assert_eq!(*consequence == Some(Consequence::PairKept), kept_now);
            let no_show = matches!(after.phase, Phase::Ended { reason: Reason::NoShow, .. });
            prop_assert_eq!(*consequence == Some(Consequence::TicketsReleased), no_show);
        }
    }

    #[test]
    fn every_state_survives_json(room in any_room(), life in any_life()) {
        for room in live(room, &life).iter().filter_map(Step::after) {
            let json = serde_json::to_string(room).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Room>(&json).unwrap(), room);
        }
    }

    #[test]
    fn it_does_not_matter_who_is_served_first(room in any_room(), life in any_life()) {
        for step in live(room, &life) {
            let Some(deadline) = step.before.deadline() else { continue };
            if step.now < deadline.at || matches!(step.input, Input::Timer(_)) {
                continue;
            }
            let after = |room: &Room, input| match room.apply(input, step.now) {
                Ok(Transition::Changed { room, .. }) => *room,
                _ => room.clone(),
            };
            let timer = Input::Timer(deadline);
            let timer_first = after(&after(&step.before, timer), step.input);
            let member_first = after(&after(&step.before, step.input), timer);
            prop_assert_eq!(without_revisions(timer_first), without_revisions(member_first));
        }
    }
}
