//! Who must not meet does not: blocks, reports, recent partners, open rooms, wishes.

use std::time::Duration;

use broker::{Broker, life::Write};
use domain::{
    Timestamp, UserId,
    account::DateOfBirth,
    matching::Features,
    pair::{self, PairKey},
    room::Timing,
    ticket::Ticket,
};
use webchat_tests::nats::Nats;

use super::{LIMIT, QUICK, assert_never_matched, join, leave, two_join, until_matched};
use crate::lifecycle::{Worker, anybody, connected, key_of, room_id, ticket_id, user};

async fn block(broker: &Broker, key: PairKey, by: UserId, on: bool) {
    let input = pair::Input::Block { by, on };
    broker.change_pair(key, input).await.expect("a block");
}

#[tokio::test]
async fn who_blocks_the_other_is_never_matched_with_them_until_it_is_taken_back() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let (one, other) = (user(), user());
    block(&broker, key_of(one, other), one, true).await;
    join(&broker, one, anybody()).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    join(&broker, other, anybody()).await;
    assert_never_matched(&broker, [one, other]).await;
    block(&broker, key_of(one, other), one, false).await;
    until_matched(&broker, one, LIMIT).await;
}

#[tokio::test]
async fn who_blocks_the_other_while_both_wait_is_not_matched_with_them() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    // Only a wish keeps them apart at first, so that both are waiting when the block comes.
    let wants_men = Features {
        preferred_genders: vec!["man".to_owned()],
        ..anybody()
    };
    let [one, other] = two_join(&broker, wants_men, anybody()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let key = key_of(one, other);
    block(&broker, key, other, true).await;
    let waiting = broker.ticket(one).await.unwrap().unwrap();
    let wishes_nothing = Ticket {
        features: anybody(),
        ..waiting.value.clone()
    };
    let write = waiting.becomes(wishes_nothing);
    broker.commit(&[write]).await.expect("saved");
    assert_never_matched(&broker, [one, other]).await;
    block(&broker, key, other, false).await;
    until_matched(&broker, one, LIMIT).await;
}

#[tokio::test]
async fn who_has_reported_the_other_is_never_matched_with_them_again() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    for side in 0..2 {
        let users = [user(), user()];
        let key = key_of(users[0], users[1]);
        let report = pair::Input::Report { by: users[side] };
        broker.change_pair(key, report).await.expect("a report");
        // Neither a block nor its end takes the report away.
        block(&broker, key, users[side], true).await;
        block(&broker, key, users[side], false).await;
        for user in users {
            join(&broker, user, anybody()).await;
        }
        assert_never_matched(&broker, users).await;
        for user in users {
            leave(&broker, user).await.expect("left");
        }
    }
}

#[tokio::test]
async fn who_met_recently_is_matched_again_only_when_the_time_is_over() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let recent = ("MATCH__RECENT_PARTNER_SECS", "4");
    let _worker = Worker::matchmaker(&nats, &[QUICK, recent]).await;
    let [one, other] = two_join(&broker, anybody(), anybody()).await;
    let first = until_matched(&broker, one, LIMIT).await;
    let met_at = broker.room(first).await.unwrap().unwrap().value.created_at;
    let leave = domain::room::Input::Leave { by: one };
    broker.change_room(first, leave, None).await.expect("left");
    for user in [one, other] {
        let seq = broker.ticket(user).await.unwrap().unwrap().seq;
        let ticket = Ticket::join(ticket_id(), user, anybody(), broker.clock().now());
        broker
            .commit(&[Write::Ticket(Box::new(ticket), seq)])
            .await
            .expect("joined again");
    }
    let second = until_matched(&broker, one, LIMIT).await;
    assert_ne!(first, second);
    let met_again_at = broker.room(second).await.unwrap().unwrap().value.created_at;
    assert!(met_again_at.since(met_at) >= Duration::from_secs(4));
}

#[tokio::test]
async fn who_shares_an_open_room_is_not_given_a_second_one() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let (one, other) = (user(), user());
    let timing = Timing {
        countdown_ms: 1,
        notification_ms: 1,
        no_show_ms: 1,
        extension_ms: 1,
        extensions_max: 1,
    };
    broker
        .open_room(key_of(one, other), room_id(), timing)
        .await
        .expect("a room");
    join(&broker, one, anybody()).await;
    join(&broker, other, anybody()).await;
    assert_never_matched(&broker, [one, other]).await;
    let third = user();
    join(&broker, third, anybody()).await;
    until_matched(&broker, third, LIMIT).await;
}

#[tokio::test]
async fn a_wish_counts_whoever_has_it() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    let wants_men = Features {
        preferred_genders: vec!["man".to_owned()],
        ..anybody()
    };
    let wants_older = Features {
        age_min: Some(40),
        ..anybody()
    };
    let minor = Features {
        age: 17,
        ..anybody()
    };
    for (one, other) in [
        (wants_men.clone(), anybody()),
        (anybody(), wants_men),
        (wants_older.clone(), anybody()),
        (anybody(), wants_older),
        (minor, anybody()),
    ] {
        let users = two_join(&broker, one, other).await;
        assert_never_matched(&broker, users).await;
        for user in users {
            leave(&broker, user).await.expect("left");
        }
    }
}

#[tokio::test]
async fn who_has_grown_up_while_waiting_is_matched_with_adults_and_with_no_minor() {
    let nats = Nats::start().await;
    let broker = connected(&nats).await;
    let now = broker.clock().now();
    // Some days more than so many years ago.
    let born = |years: i64| {
        let day = Timestamp(now.0 - (years * 366 + 1) * 86_400_000);
        Some(DateOfBirth(day.to_datetime().date()))
    };
    let tickets = [(17, born(18)), (17, born(17)), (30, None)].map(|(age, born)| {
        let features = Features { age, ..anybody() };
        let ticket = Ticket::join(ticket_id(), user(), features, now);
        Ticket { born, ..ticket }
    });
    let [grown, minor, adult] = tickets.each_ref().map(|ticket| ticket.user_id);
    // The minor and the one who was a minor wait first: by what the tickets said, they would be matched.
    for ticket in &tickets[..2] {
        let write = Write::Ticket(Box::new(ticket.clone()), 0);
        broker.commit(&[write]).await.expect("joined");
    }
    let _worker = Worker::matchmaker(&nats, &[QUICK]).await;
    assert_never_matched(&broker, [grown, minor]).await;
    let write = Write::Ticket(Box::new(tickets[2].clone()), 0);
    broker.commit(&[write]).await.expect("joined");
    let room = until_matched(&broker, grown, LIMIT).await;
    assert_eq!(until_matched(&broker, adult, LIMIT).await, room);
}
