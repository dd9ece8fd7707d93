//! The view, whatever comes first: the feed, a commit's answer, or a read's.

use contract::Unknown;
use domain::{
    TicketId,
    account::DateOfBirth,
    matching::{Described, Features, Packed},
    pair::PairKey,
    ticket::{Gone, TicketState},
};
use uuid::Uuid;

use super::*;

const USER: UserId = UserId(Uuid::from_u128(7));

fn pool() -> Pool {
    Pool::new(Duration::from_secs(60))
}

fn waiting() -> Ticket {
    let id = TicketId(Uuid::from_u128(1));
    Ticket::join(id, USER, Features::default(), Timestamp(1_000))
}

fn gone() -> Ticket {
    waiting().moved_to(TicketState::Gone { why: Gone::Left })
}

fn event(ticket: Ticket, seq: u64) -> Versioned<Ticket> {
    Versioned {
        value: ticket,
        seq,
        event_id: Uuid::nil(),
        unknown: Unknown::default(),
    }
}

fn fed(pool: &mut Pool, ticket: Ticket, seq: u64) {
    let envelope = contract::Envelope::new(Uuid::nil(), ticket);
    feed(pool, serde_json::to_vec(&envelope).unwrap(), seq);
}

fn feed(pool: &mut Pool, payload: Vec<u8>, seq: u64) {
    let record = Record {
        subject: subjects::life_ticket(USER),
        payload: payload.into(),
        seq,
        stored_at: Timestamp(1_500),
    };
    pool.feed(&record, Timestamp(2_000));
}

fn seq_of(pool: &Pool) -> Option<u64> {
    pool.waiting(USER).map(|waiting| waiting.seq)
}

#[test]
fn whoever_joins_again_before_an_earlier_expiry_is_answered_waits() {
    let mut pool = pool();
    fed(&mut pool, waiting(), 10);
    fed(&mut pool, gone(), 11);
    fed(&mut pool, waiting(), 12);
    pool.waits_no_more(USER, 10);
    assert_eq!(seq_of(&pool), Some(12));
    pool.waits_no_more(USER, 12);
    assert_eq!(seq_of(&pool), None);
}

#[test]
fn an_answer_that_the_feed_has_overtaken_changes_nothing() {
    let mut pool = pool();
    fed(&mut pool, waiting(), 10);
    fed(&mut pool, gone(), 12);
    pool.was_read_again(USER, 10, Some(event(waiting(), 11)));
    assert_eq!(seq_of(&pool), None);
    pool.was_read_again(USER, 10, Some(event(waiting(), 13)));
    assert_eq!(seq_of(&pool), Some(13), "the feed is behind");
    fed(&mut pool, waiting(), 12);
    assert_eq!(seq_of(&pool), Some(13), "what comes late is older");
    pool.was_read_again(USER, 10, None);
    assert_eq!(seq_of(&pool), Some(13));
}

#[test]
fn a_ticket_that_cannot_be_read_any_more_does_not_wait_as_it_was() {
    let mut pool = pool();
    fed(&mut pool, waiting(), 10);
    feed(&mut pool, b"{ no ticket".to_vec(), 11);
    assert_eq!(seq_of(&pool), None);
    assert_eq!(pool.size(), 0);
}

/// A room of this time.
fn room(made_at: Timestamp, number: u8) -> domain::RoomId {
    let millis = u64::try_from(made_at.0).unwrap();
    let random = [number; 10];
    domain::RoomId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

#[test]
fn a_profile_that_is_saved_days_after_the_match_does_not_count_as_a_wait() {
    const DAYS: Duration = Duration::from_secs(4 * 86_400);
    let (joined_at, waited) = (Timestamp(1_000), Duration::from_secs(20));
    let mut pool = pool();
    for number in 1..=10 {
        let user = UserId(Uuid::from_u128(number.into()));
        let room_id = room(joined_at.plus(waited), number);
        let ticket = Ticket {
            user_id: user,
            ..waiting().moved_to(TicketState::Matched { room_id })
        };
        // As it stands days later, when a matchmaker begins to look.
        let envelope = contract::Envelope::new(Uuid::nil(), ticket.forgetting());
        let record = Record {
            subject: subjects::life_ticket(user),
            payload: serde_json::to_vec(&envelope).unwrap().into(),
            seq: number.into(),
            stored_at: joined_at.plus(DAYS),
        };
        pool.feed(&record, joined_at.plus(DAYS));
    }
    let left = pool.waits.left(&[], Duration::ZERO, joined_at.plus(waited));
    assert_eq!(left, Some(waited));
}

const DAY: Duration = Duration::from_secs(86_400);
/// The midnight before which everybody here joins.
const MIDNIGHT: Timestamp = Timestamp(1_795_392_000_000);

/// Somebody who wrote the ticket at this age.
fn aged(number: u8, age: u8, born: Option<&str>) -> Ticket {
    Ticket {
        id: TicketId(Uuid::from_u128(number.into())),
        user_id: UserId(Uuid::from_u128(number.into())),
        features: Features {
            age,
            ..Features::default()
        },
        born: born.map(|day| DateOfBirth::try_from(day.to_owned()).unwrap()),
        ..waiting()
    }
}

fn ages(pool: &mut Pool, now: Timestamp) -> Vec<u8> {
    let snapshot = pool.snapshot(now);
    let mut candidates = snapshot.people().candidates;
    candidates.sort_unstable_by_key(|candidate| candidate.user);
    let ages = candidates.iter().map(|candidate| {
        let features = candidate.features.features();
        let packed = candidate.features.packed();
        assert_eq!(
            packed,
            Some(&Packed::of(features)),
            "filters read the age there"
        );
        features.age
    });
    ages.collect()
}

#[test]
fn a_birthday_while_waiting_counts_from_the_first_tick_of_the_day() {
    let before = Timestamp(MIDNIGHT.0 - 1);
    let mut pool = pool();
    let people = [
        aged(1, 17, Some("2008-11-23")),
        aged(2, 17, Some("2009-06-01")),
        aged(3, 30, None),
    ];
    for (seq, ticket) in (1..).zip(people.clone()) {
        pool.ticket_is(ticket.user_id, event(ticket, seq));
    }
    assert_eq!(ages(&mut pool, before), [17, 17, 30]);
    assert_eq!(ages(&mut pool, MIDNIGHT), [18, 17, 30]);
    // Whoever comes after the first tick of the day is of that day, too, and so are the counts.
    let late = aged(4, 17, Some("2008-11-23"));
    pool.ticket_is(late.user_id, event(late, 4));
    assert_eq!(ages(&mut pool, MIDNIGHT.plus(DAY / 2)), [18, 17, 30, 18]);
    let mut census = Census::default();
    for waiting in pool.waiting.values() {
        census.joins(&waiting.ticket.features);
    }
    assert_eq!(pool.census, census);
    for (seq, ticket) in (11..).zip(people) {
        pool.waits_no_more(ticket.user_id, seq);
    }
    pool.waits_no_more(UserId(Uuid::from_u128(4)), 14);
    assert_eq!(
        pool.census,
        Census::default(),
        "who left is counted off as counted"
    );
}

#[test]
fn a_tick_sees_the_view_as_it_was_when_it_began() {
    let mut pool = pool();
    let now = Timestamp(2_000);
    let people: Vec<Ticket> = (1..=9).map(|number| aged(number, 30, None)).collect();
    for (seq, ticket) in (1..).zip(people.clone()) {
        pool.ticket_is(ticket.user_id, event(ticket, seq));
    }
    let pair = PairKey::of(people[0].user_id, people[1].user_id).unwrap();
    pool.apart.keep(pair, Timestamp(9_000));
    let snapshot = pool.snapshot(now);
    pool.apart.clear();
    pool.waits_no_more(people[0].user_id, 1);
    let mut wishes = people[1].clone();
    wishes.features.age_min = Some(40);
    pool.ticket_is(wishes.user_id, event(wishes, 20));
    let seen = snapshot.people();
    assert_eq!((seen.candidates.len(), pool.size()), (9, 8));
    assert!(seen.apart.contains(&pair));
    let wishes = seen
        .candidates
        .iter()
        .filter(|one| one.features.features().age_min.is_some());
    assert_eq!(wishes.count(), 0);
    let snapshot = pool.snapshot(now);
    let now_seen = snapshot.people();
    assert_eq!((now_seen.candidates.len(), now_seen.apart.len()), (8, 0));
}

#[test]
fn nobody_is_copied_when_a_tick_begins() {
    let mut pool = pool();
    pool.ticket_is(USER, event(waiting(), 1));
    let snapshot = pool.snapshot(Timestamp(2_000));
    let [ours, theirs] = [&pool.waiting, &snapshot.waiting].map(|all| all.get(&USER).unwrap());
    assert!(Arc::ptr_eq(ours, theirs));
}
