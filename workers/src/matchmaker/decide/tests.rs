use broker::life::Versioned;
use contract::Unknown;
use domain::{
    RoomId, TicketId,
    matching::Features,
    pair::{Input, Pair},
    ticket::{Gone, Ticket, TicketState},
};
use uuid::Uuid;

use super::*;

mod whole_tick;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const LIMIT: Duration = Duration::from_secs(120);

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn waiting(number: u128, secs: i64, languages: &[&str]) -> Candidate {
    Candidate {
        user: user(number),
        ticket: TicketId(Uuid::from_u128(number)),
        joined_at: Timestamp(NOW.0 - secs * 1_000),
        features: Features {
            age: 30,
            languages: languages.iter().map(|code| (*code).to_owned()).collect(),
            ..Features::default()
        },
    }
}

fn decided(candidates: Vec<Candidate>, apart: &[(u128, u128)]) -> Decided {
    let prior = settings::matching_prior().unwrap();
    let mut pool = Pool::new(LIMIT);
    for (seq, one) in (1..).zip(candidates) {
        let ticket = Ticket::join(one.ticket, one.user, one.features, one.joined_at);
        says(&mut pool, &ticket, seq);
    }
    for (one, other) in apart {
        let key = PairKey::of(user(*one), user(*other)).unwrap();
        pool.apart.keep(key, Timestamp(i64::MAX));
    }
    Memory::new(Scores::new(prior).unwrap()).decide(&pool.snapshot(NOW), LIMIT, NOW)
}

#[test]
fn who_waits_for_too_long_beside_somebody_they_may_meet_starves() {
    let pool = |secs| vec![waiting(1, secs, &["en"]), waiting(2, 300, &["en"])];
    assert_eq!(decided(pool(130), &[]).starving, Some(2));
    assert_eq!(
        decided(pool(110), &[]).starving,
        Some(0),
        "one has just come"
    );
    assert_eq!(
        decided(pool(130), &[(1, 2)]).starving,
        Some(0),
        "they may not meet"
    );
}

#[test]
fn each_language_is_a_pool_of_its_own() {
    let pool = vec![
        waiting(1, 3, &["de"]),
        waiting(2, 2, &["en"]),
        waiting(3, 1, &["en", "fr"]),
    ];
    let couples = decided(pool, &[]).couples;
    let users: Vec<_> = couples.iter().map(|couple| couple.users).collect();
    assert_eq!(users, [[user(2), user(3)]]);
}

/// Two who wait and may meet, and what a tick decides of them.
fn two_decided() -> (Pool, Couple) {
    let mut pool = Pool::new(Duration::from_secs(3_600));
    for (number, seq) in [(1, 1), (2, 2)] {
        says(&mut pool, &ticket(number), seq);
    }
    let prior = settings::matching_prior().unwrap();
    let snapshot = pool.snapshot(NOW);
    let decided = Memory::new(Scores::new(prior).unwrap()).decide(&snapshot, LIMIT, NOW);
    let couple = decided.couples.into_iter().next().expect("a couple");
    (pool, couple)
}

fn ticket(number: u128) -> Ticket {
    let features = waiting(number, 0, &["en"]).features;
    let id = TicketId(Uuid::from_u128(number));
    Ticket::join(id, user(number), features, Timestamp(NOW.0 - 60_000))
}

fn says(pool: &mut Pool, ticket: &Ticket, seq: u64) {
    let event = Versioned {
        value: ticket.clone(),
        seq,
        event_id: Uuid::nil(),
        unknown: Unknown::default(),
    };
    pool.ticket_is(ticket.user_id, event);
}

#[test]
fn who_waits_as_the_tick_has_seen_them_is_brought_together() {
    let (pool, couple) = two_decided();
    assert!(as_seen(&pool, &couple, NOW).is_some());
}

#[test]
fn a_wish_that_came_while_the_tick_was_computed_is_not_bypassed() {
    let (mut pool, couple) = two_decided();
    let mut wishes = ticket(2);
    wishes.features.age_min = Some(40);
    says(&mut pool, &wishes, 3);
    assert!(as_seen(&pool, &couple, NOW).is_none());
    let left = ticket(2).moved_to(TicketState::Gone { why: Gone::Left });
    says(&mut pool, &left, 4);
    assert!(as_seen(&pool, &couple, NOW).is_none());
}

#[test]
fn a_birthday_that_came_while_the_tick_was_computed_keeps_a_minor_from_an_adult() {
    let born = |day: &str| domain::account::DateOfBirth::try_from(day.to_owned()).ok();
    let mut pool = Pool::new(Duration::from_secs(3_600));
    for (number, day) in [(1, "2009-01-05"), (2, "2008-11-24")] {
        let mut ticket = ticket(number);
        ticket.born = born(day);
        ticket.features.age = 17;
        says(&mut pool, &ticket, u64::try_from(number).unwrap());
    }
    // The last second in which both are minors.
    let before = Timestamp(1_795_478_399_000);
    let prior = settings::matching_prior().unwrap();
    let snapshot = pool.snapshot(before);
    let decided = Memory::new(Scores::new(prior).unwrap()).decide(&snapshot, LIMIT, before);
    let couple = decided.couples.into_iter().next().expect("a couple");
    assert!(as_seen(&pool, &couple, before).is_some());
    let after = before.plus(Duration::from_secs(1));
    pool.grow_older(after);
    assert!(as_seen(&pool, &couple, after).is_none());
}

#[test]
fn whoever_becomes_blocked_reported_or_met_while_the_tick_was_computed_is_not_brought_together() {
    let (one, other) = (user(1), user(2));
    let met = Input::Met {
        room: RoomId(Uuid::from_u128(3)),
        at: NOW,
    };
    for input in [
        Input::Block { by: one, on: true },
        Input::Report { by: other },
        met,
    ] {
        let (mut pool, couple) = two_decided();
        let pair = Pair::strangers(PairKey::of(one, other).unwrap());
        pool.apart.pair_is(&pair.apply(input).unwrap(), NOW);
        assert!(as_seen(&pool, &couple, NOW).is_none(), "{input:?}");
    }
}
