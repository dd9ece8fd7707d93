//! Whether a run was a trial at all: a promise that nothing tried shows nothing.

use std::time::Duration;

use domain::room::Outcome;

use super::{Event, Evidence, lateness};

/// What must have happened so often a minute, over the whole run and, at half of that rate, in its second half too. About
/// half of what a soak reaches, whose faults are long; a short run reaches several times as much.
struct Least {
    what: &'static str,
    a_minute: f64,
    is: fn(&Event) -> bool,
}

const LEAST: [Least; 9] = [
    Least {
        what: "messages acknowledged on a socket",
        a_minute: 150.0,
        is: |event| {
            matches!(
                event,
                Event::Acked {
                    over_http: false,
                    ..
                }
            )
        },
    },
    Least {
        what: "messages acknowledged over HTTP",
        a_minute: 30.0,
        is: |event| {
            matches!(
                event,
                Event::Acked {
                    over_http: true,
                    ..
                }
            )
        },
    },
    Least {
        what: "messages sent again",
        a_minute: 30.0,
        is: |event| matches!(event, Event::Sent { again: true, .. }),
    },
    Least {
        what: "messages heard",
        a_minute: 300.0,
        is: |event| matches!(event, Event::Heard(_)),
    },
    Least {
        what: "returns of listeners that were recovered",
        a_minute: 12.0,
        is: |event| {
            matches!(
                event,
                Event::Hello {
                    recovered: true,
                    known: Some(_),
                    ..
                }
            )
        },
    },
    Least {
        what: "people matched",
        a_minute: 12.0,
        is: |event| *event == Event::Matched,
    },
    Least {
        what: "votes accepted",
        a_minute: 2.0,
        is: |event| {
            matches!(
                event,
                Event::Voted {
                    answered: Some(200),
                    ..
                }
            )
        },
    },
    Least {
        what: "sights of a kept room",
        a_minute: 1.0,
        is: |event| {
            matches!(
                event,
                Event::Status {
                    outcome: Some(Outcome::Kept),
                    ..
                }
            )
        },
    },
    Least {
        what: "sights of an ended room",
        a_minute: 6.0,
        is: |event| {
            matches!(
                event,
                Event::Status {
                    outcome: Some(Outcome::Ended),
                    ..
                }
            )
        },
    },
];
/// Phases that were ended by their timer, a minute.
const TIMERS_A_MINUTE: f64 = 5.0;

/// What happened too seldom for a run of this length to show anything. Empty for a trial.
pub fn shortcomings(evidence: &Evidence, length: Duration) -> Vec<String> {
    let minutes = length.as_secs_f64() / 60.0;
    let mut missing = Vec::new();
    let mut demand = |what: &str, happened: usize, needed: f64| {
        if u32::try_from(happened).is_ok_and(|happened| f64::from(happened) < needed) {
            missing.push(format!(
                "no trial: {happened} {what}, at least {needed:.0} are needed"
            ));
        }
    };
    for Least { what, a_minute, is } in LEAST {
        let count = |since: Duration| {
            let entries = evidence.entries.iter();
            entries
                .filter(|entry| entry.at >= since && is(&entry.event))
                .count()
        };
        demand(what, count(Duration::ZERO), a_minute * minutes);
        let late = format!("{what} in the second half");
        demand(&late, count(length / 2), a_minute * minutes / 4.0);
    }
    let timers = lateness(evidence).len();
    demand(
        "phases ended by their timer",
        timers,
        TIMERS_A_MINUTE * minutes,
    );
    missing
}
