//! The tables of `README.md`, cell by cell: the document is the test's data.

use super::*;

const README: &str = include_str!("README.md");
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const LATER: Timestamp = Timestamp(NOW.0 + 10_000_000);
const TIMING: Timing = Timing {
    countdown_ms: 300_000,
    notification_ms: 30_000,
    no_show_ms: 30_000,
    extension_ms: 20_000,
    extensions_max: 10,
};

fn user(number: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(number))
}

/// A row's state, as its name describes it, for `me` and the other.
fn state(name: &str, me: UserId, other: UserId) -> Room {
    let members = [me, other];
    let id = RoomId(uuid::Uuid::from_u128(7));
    let (phase, details) = name.split_once(", ").unwrap_or((name, ""));
    let the_match = Match {
        score: 0.5,
        reasons: Vec::new(),
        icebreaker: None,
        icebreaker_topic: None,
        text_mode: None,
    };
    let mut room = match phase {
        "matched idle" => Room::matched(id, members, the_match, TIMING, NOW),
        _ => Room::direct(id, members, TIMING, NOW),
    };
    room.revision = 5;
    let (mine, others) = (room.seat_of(me).unwrap(), room.seat_of(other).unwrap());
    let deadline = Deadline {
        at: Timestamp(NOW.0 + 1_000),
        revision: 4,
    };
    room.phase = match phase {
        "direct idle" => Phase::Idle { deadline: None },
        "matched idle" => Phase::Idle {
            deadline: Some(deadline),
        },
        "countdown" => Phase::Countdown { deadline },
        "notification" => Phase::Notification { deadline },
        "kept" => Phase::Kept,
        "ended" => Phase::Ended {
            at: NOW,
            reason: Reason::Left,
            by: Some(other),
        },
        unknown => panic!("no such phase: {unknown}"),
    };
    match details {
        "" => {}
        "I am there" => room.seats[mine].present = true,
        "the other is there" => room.seats[others].present = true,
        "I said keep" => room.seats[mine].vote = Some(Vote::Keep),
        "I said end" => room.seats[mine].vote = Some(Vote::End),
        "I said keep and the other said end" => {
            room.seats[mine].vote = Some(Vote::Keep);
            room.seats[others].vote = Some(Vote::End);
        }
        "the other said keep" => room.seats[others].vote = Some(Vote::Keep),
        "the other said end" => room.seats[others].vote = Some(Vote::End),
        "I have no extension left" => room.seats[mine].extensions = TIMING.extensions_max,
        unknown => panic!("no such detail: {unknown}"),
    }
    room
}

/// A column's input.
fn input(name: &str, me: UserId, room: &Room) -> Input {
    let none = Deadline {
        at: NOW,
        revision: 0,
    };
    let own = room.deadline().unwrap_or(none);
    match name {
        "start" => Input::Start { by: me },
        "keep" => Input::Vote {
            by: me,
            vote: Vote::Keep,
        },
        "end" => Input::Vote {
            by: me,
            vote: Vote::End,
        },
        "extend" => Input::Extend { by: me },
        "leave" => Input::Leave { by: me },
        "block" => Input::Block { by: me },
        "moderate" => Input::Moderate,
        "arrive" => Input::Arrived { member: me },
        "depart" => Input::Departed { member: me },
        "timer" => Input::Timer(own),
        "stale timer" => Input::Timer(Deadline {
            revision: own.revision.wrapping_sub(1),
            ..own
        }),
        unknown => panic!("no such input: {unknown}"),
    }
}

/// What happened, in the words of the table.
fn words(before: &Room, result: Result<Transition, Refused>) -> String {
    let (after, consequence) = match result {
        Err(refused) => return format!("✗ {}", refused_word(refused)),
        Ok(Transition::Unchanged) => return "–".to_owned(),
        Ok(Transition::Changed { room, consequence }) => (room, consequence),
    };
    let mut words = Vec::new();
    if after.phase.state() != before.phase.state() {
        words.push(phase_words(&after, consequence));
    }
    let known = |room: &Room| room.seats.map(|seat| (seat.vote, seat.present));
    if !after.is_decided() && known(&after) != known(before) {
        words.push("noted".to_owned());
    }
    if after.seats.map(|seat| seat.extensions) != before.seats.map(|seat| seat.extensions) {
        words.push("longer".to_owned());
    }
    words.join(", ")
}

fn phase_words(after: &Room, consequence: Option<Consequence>) -> String {
    let reason = match after.phase {
        Phase::Ended { reason, .. } => serde_json::to_value(reason).unwrap(),
        _ => serde_json::Value::Null,
    };
    match (reason.as_str(), consequence) {
        (Some(reason), None) => format!("ended/{reason}"),
        (Some("no_show"), Some(Consequence::TicketsReleased)) => "ended/no_show".to_owned(),
        (None, Some(Consequence::PairKept)) => "kept".to_owned(),
        (None, None) if !after.is_decided() => after.phase.state().name().to_owned(),
        unlawful => panic!("{unlawful:?} with {consequence:?}"),
    }
}

fn refused_word(refused: Refused) -> &'static str {
    match refused {
        Refused::NotAMember => "not a member",
        Refused::CountdownNotStarted => "not started",
        Refused::AlreadyVoted => "voted",
        Refused::NotInNotification => "not now",
        Refused::ExtensionLimit => "limit",
        Refused::RoomEnded => "ended",
        Refused::RoomKept => "kept",
    }
}

/// The rows of the table below a heading: its column names first.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let section = README.split("\n## ").find(|s| s.starts_with(heading));
    let lines = section
        .unwrap()
        .lines()
        .filter(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    let rows: Vec<Vec<&str>> = lines.map(cells).collect();
    rows.into_iter()
        .filter(|row| !row[0].starts_with("--"))
        .collect()
}

fn check(heading: &str, now: Timestamp, expected_rows: usize) {
    let table = rows(heading);
    let (columns, body) = table.split_first().unwrap();
    assert_eq!(
        (columns.len(), body.len()),
        (12, expected_rows),
        "{heading}"
    );
    let mut wrong = Vec::new();
    for (row, seats) in body.iter().flat_map(|row| [(row, (1, 2)), (row, (2, 1))]) {
        let (me, other) = (user(seats.0), user(seats.1));
        let mut found = Vec::new();
        for column in &columns[1..] {
            let room = state(row[0], me, other);
            let result = room.apply(input(column, me, &room), now);
            if let Ok(Transition::Changed { room: after, .. }) = &result {
                assert_eq!(after.revision, room.revision + 1);
            }
            found.push(words(&room, result));
        }
        if found != row[1..] {
            wrong.push(format!("| {} | {} |", row[0], found.join(" | ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{heading}: the code does this:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_holds_before_the_end_of_the_phase() {
    check("Before the end of the phase", NOW, 18);
}

#[test]
fn the_table_holds_from_the_end_of_the_phase_on() {
    let at_the_deadline = Timestamp(NOW.0 + 1_000);
    check("From the end of the phase on", at_the_deadline, 15);
    check("From the end of the phase on", LATER, 15);
}

#[test]
fn a_stranger_is_refused_everywhere() {
    for row in &rows("Before the end of the phase")[1..] {
        let room = state(row[0], user(1), user(2));
        let inputs = [
            "start", "keep", "end", "extend", "leave", "block", "arrive", "depart",
        ];
        for name in inputs {
            let result = room.apply(input(name, user(3), &room), NOW);
            assert_eq!(result, Err(Refused::NotAMember), "{name} in {}", row[0]);
        }
        assert_eq!(room.view(user(3)), None);
    }
}

#[test]
fn a_late_timer_starts_its_next_phase_in_full() {
    let room = state("countdown", user(1), user(2));
    let Ok(Transition::Changed { room, .. }) = room.apply(input("timer", user(1), &room), LATER)
    else {
        panic!("the phase was due");
    };
    let at = Timestamp(LATER.0 + i64::from(TIMING.notification_ms));
    assert_eq!(room.deadline(), Some(Deadline { at, revision: 6 }));
}

#[test]
fn an_extension_adds_to_the_deadline_for_both() {
    let room = state("notification", user(1), user(2));
    let before = room.deadline().unwrap().at;
    let Ok(Transition::Changed { room, .. }) = room.apply(input("extend", user(1), &room), NOW)
    else {
        panic!("the extension was lawful");
    };
    let later = Timestamp(before.0 + i64::from(TIMING.extension_ms));
    for member in room.members {
        assert_eq!(room.view(member).unwrap().ends_at, Some(later));
    }
}

#[test]
fn a_blocked_member_sees_that_the_other_left() {
    let room = state("countdown", user(1), user(2));
    let Ok(Transition::Changed { room, .. }) = room.apply(input("block", user(1), &room), NOW)
    else {
        panic!("the block was lawful");
    };
    assert_eq!(room.view(user(1)).unwrap().reason, Some(Reason::Blocked));
    assert_eq!(room.view(user(2)).unwrap().reason, Some(Reason::Left));
}

#[test]
fn after_a_no_show_only_the_one_who_came_waits_again() {
    let room = state("matched idle, I am there", user(1), user(2));
    let Ok(Transition::Changed { room, .. }) = room.apply(input("timer", user(1), &room), LATER)
    else {
        panic!("the no-show time was over");
    };
    let ticket_of = |owner| {
        let id = crate::TicketId(uuid::Uuid::from_u128(9));
        let ticket = Ticket::join(id, owner, crate::matching::Features::default(), NOW);
        ticket.moved_to(crate::ticket::TicketState::Matched { room_id: room.id })
    };
    let again = room.ticket_after_no_show(&ticket_of(user(1))).unwrap();
    assert!(again.is_waiting());
    assert_eq!(again.joined_at, NOW);
    let out = room.ticket_after_no_show(&ticket_of(user(2))).unwrap();
    assert!(!out.is_waiting());
    assert_eq!(room.ticket_after_no_show(&ticket_of(user(3))), None);
}
