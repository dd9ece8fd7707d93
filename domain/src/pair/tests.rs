use super::*;

fn user(number: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(number))
}

fn room(number: u128) -> RoomId {
    RoomId(uuid::Uuid::from_u128(number))
}

fn strangers() -> Pair {
    Pair::strangers(PairKey::of(user(1), user(2)).unwrap())
}

fn after(pair: &Pair, inputs: &[Input]) -> Pair {
    let apply = |pair: Pair, input: &Input| pair.apply(*input).unwrap();
    inputs.iter().fold(pair.clone(), apply)
}

fn like(by: u128, on: bool) -> Input {
    Input::Like { by: user(by), on }
}

fn block(by: u128, on: bool) -> Input {
    Input::Block { by: user(by), on }
}

#[test]
fn both_directions_name_the_same_pair_and_nobody_pairs_with_themself() {
    assert_eq!(PairKey::of(user(1), user(2)), PairKey::of(user(2), user(1)));
    assert_eq!(PairKey::of(user(1), user(1)), None);
}

#[test]
fn a_one_sided_like_reveals_nothing_and_a_mutual_one_does() {
    let one_sided = after(&strangers(), &[like(1, true)]);
    assert_eq!(
        (one_sided.is_mutual_like(), one_sided.reveal_level),
        (false, 0)
    );
    let mutual = after(&one_sided, &[like(2, true)]);
    assert_eq!((mutual.is_mutual_like(), mutual.reveal_level), (true, 1));
}

#[test]
fn nothing_lowers_what_was_revealed() {
    let mutual = after(&strangers(), &[like(1, true), like(2, true)]);
    let taken_back = after(&mutual, &[like(1, false), like(2, false)]);
    assert_eq!(taken_back.reveal_level, 1);
    let kept = after(&taken_back, &[Input::Kept]);
    let later = after(
        &kept,
        &[
            like(1, true),
            like(2, true),
            block(1, true),
            block(1, false),
        ],
    );
    assert_eq!((kept.reveal_level, later.reveal_level), (2, 2));
}

#[test]
fn a_blocked_pair_gets_no_room_until_both_have_lifted_their_block() {
    let met = Input::Met {
        room: room(1),
        at: Timestamp(5),
    };
    let blocked = after(
        &strangers(),
        &[block(1, true), block(2, true), block(1, false)],
    );
    assert_eq!(blocked.apply(Input::Opened(room(1))), Err(Refused::Blocked));
    assert_eq!(blocked.apply(met), Err(Refused::Blocked));
    let lifted = after(&blocked, &[block(2, false), met]);
    assert_eq!(
        (lifted.room, lifted.last_met_at),
        (Some(room(1)), Some(Timestamp(5)))
    );
}

#[test]
fn who_has_reported_the_other_is_never_brought_together_with_them_again_whoever_it_was() {
    let met = Input::Met {
        room: room(1),
        at: Timestamp(5),
    };
    for by in [1, 2] {
        let reported = after(&strangers(), &[Input::Report { by: user(by) }]);
        assert_eq!(reported.apply(met), Err(Refused::Reported));
        let later = after(&reported, &[block(by, true), block(by, false)]);
        assert_eq!(later.apply(met), Err(Refused::Reported));
    }
}

#[test]
fn the_reported_one_finds_no_room_refused_that_says_so() {
    let reported = after(&strangers(), &[Input::Report { by: user(1) }]);
    assert_eq!(
        after(&reported, &[Input::Opened(room(1))]).room,
        Some(room(1))
    );
}

#[test]
fn a_pair_of_an_older_release_is_reported_by_nobody() {
    let mut json = serde_json::to_value(strangers()).unwrap();
    json.as_object_mut().unwrap().remove("reports").unwrap();
    assert_eq!(serde_json::from_value::<Pair>(json).unwrap(), strangers());
}

#[test]
fn opening_a_room_by_hand_is_no_meeting_of_the_matchmaker() {
    let opened = after(
        &strangers(),
        &[Input::Opened(room(1)), Input::Opened(room(2))],
    );
    assert_eq!((opened.room, opened.last_met_at), (Some(room(2)), None));
}

#[test]
fn the_same_input_again_changes_nothing_more() {
    let met = Input::Met {
        room: room(1),
        at: Timestamp(5),
    };
    for input in [
        met,
        Input::Kept,
        like(1, true),
        like(2, false),
        block(1, true),
        Input::Report { by: user(2) },
    ] {
        let once = after(&strangers(), &[input]);
        assert_eq!(after(&once, &[input]), once);
    }
}

#[test]
fn a_third_person_has_no_say() {
    for input in [like(3, true), block(3, true), Input::Report { by: user(3) }] {
        assert_eq!(strangers().apply(input), Err(Refused::NotOfThePair));
    }
}

#[test]
fn a_pair_survives_json() {
    let met = Input::Met {
        room: room(1),
        at: Timestamp(5),
    };
    let pair = after(
        &strangers(),
        &[met, like(2, true), Input::Report { by: user(2) }],
    );
    let json = serde_json::to_string(&pair).unwrap();
    assert_eq!(serde_json::from_str::<Pair>(&json).unwrap(), pair);
}

#[test]
fn a_mutual_like_is_news_once() {
    let mutual = after(&strangers(), &[like(1, true), like(2, true)]);
    assert_eq!(mutual.mutual_like, MutualLike::Now);
    assert!(mutual.was_mutual_like() && !after(&strangers(), &[like(1, true)]).was_mutual_like());
    let repeated = after(&mutual, &[like(2, true)]);
    assert_eq!(repeated, mutual, "the same like again changes nothing");
    let again = after(&mutual, &[like(1, false), like(1, true)]);
    assert_eq!(again.mutual_like, MutualLike::Before);
    let one_sided = after(&mutual, &[like(2, false)]);
    assert!(
        one_sided.was_mutual_like(),
        "taking it back is told to nobody"
    );
}
