use domain::room::{Phase, Room, Seat, Vote};

use super::{
    lives::{at, matched, with_life, with_matches},
    *,
};

fn voted(user: UserId, vote: Vote, answered: u16) -> Entry {
    let answered = Some(answered);
    entry(user, Event::Voted { vote, answered })
}

/// Kept, as both wanted.
fn kept() -> Vec<Room> {
    let seat = Seat {
        vote: Some(Vote::Keep),
        ..Seat::default()
    };
    let kept = Room {
        seats: [seat; 2],
        kept_at: Some(START),
        ..at(2, Phase::Kept)
    };
    vec![at(1, Phase::Idle { deadline: None }), kept]
}

#[test]
fn a_vote_that_was_accepted_and_is_lost_is_found() {
    let mut evidence = with_life(vec![at(1, Phase::Idle { deadline: None })]);
    evidence.entries.push(voted(ADA, Vote::End, 409));
    assert_eq!(broken(&evidence), "");
    evidence.entries.push(voted(ADA, Vote::End, 200));
    assert_eq!(broken(&evidence), "R5");
}

#[test]
fn a_room_that_was_kept_against_somebodys_will_is_found() {
    let mut evidence = with_life(kept());
    evidence.entries.push(voted(ADA, Vote::Keep, 200));
    assert_eq!(broken(&evidence), "R5");
    // An answer that was lost is a vote that may count.
    let event = Event::Voted {
        vote: Vote::Keep,
        answered: None,
    };
    evidence.entries.push(entry(BEN, event));
    assert_eq!(broken(&evidence), "");
}

#[test]
fn a_match_after_a_block_is_found() {
    let block = Event::Blocked {
        other: BEN,
        answered: Some(204),
    };
    let met = |created| {
        let (room, mut life, placed) = matched(10, [ADA, BEN], 3, 8);
        for revision in &mut life {
            revision.created_at = Timestamp(START.0 + created);
        }
        let mut evidence = with_matches([(room, life, placed)]);
        evidence.begun_at = START;
        evidence.entries.push(entry(ADA, block.clone()));
        evidence
    };
    assert_eq!(broken(&met(0)), "", "before the block");
    assert_eq!(broken(&met(1_000)), "R7");
}

#[test]
fn a_match_that_nobody_knows_afterwards_is_found() {
    let mut evidence = clean();
    evidence.entries.push(entry(ADA, Event::Matched));
    assert_eq!(broken(&evidence), "R7");
}
