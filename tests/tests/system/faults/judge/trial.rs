//! Whether a run was a trial at all: a promise that nothing tried shows nothing.

use std::time::Duration;

use domain::room::Outcome;

use super::{Entry, Event, Evidence, lateness};

/// What must have happened so often a minute; about a quarter of what runs on a busy machine reach.
struct Least {
    what: &'static str,
    a_minute: f64,
    happened: fn(&Evidence) -> usize,
}

const LEAST: [Least; 10] = [
    Least {
        what: "messages acknowledged on a socket",
        a_minute: 60.0,
        happened: |evidence| {
            count(evidence, |event| {
                matches!(
                    event,
                    Event::Acked {
                        over_http: false,
                        ..
                    }
                )
            })
        },
    },
    Least {
        what: "messages acknowledged over HTTP",
        a_minute: 10.0,
        happened: |evidence| {
            count(evidence, |event| {
                matches!(
                    event,
                    Event::Acked {
                        over_http: true,
                        ..
                    }
                )
            })
        },
    },
    Least {
        what: "messages sent again",
        a_minute: 5.0,
        happened: |evidence| {
            count(evidence, |event| {
                matches!(event, Event::Sent { again: true, .. })
            })
        },
    },
    Least {
        what: "messages heard",
        a_minute: 120.0,
        happened: |evidence| count(evidence, |event| matches!(event, Event::Heard(_))),
    },
    Least {
        what: "returns of listeners that were recovered",
        a_minute: 5.0,
        happened: |evidence| {
            count(evidence, |event| {
                matches!(
                    event,
                    Event::Hello {
                        recovered: true,
                        known: Some(_),
                        ..
                    }
                )
            })
        },
    },
    Least {
        what: "matches",
        a_minute: 2.0,
        happened: |evidence| count(evidence, |event| *event == Event::Matched) / 2,
    },
    Least {
        what: "votes accepted",
        a_minute: 2.0,
        happened: |evidence| {
            count(evidence, |event| {
                matches!(
                    event,
                    Event::Voted {
                        answered: Some(200),
                        ..
                    }
                )
            })
        },
    },
    Least {
        what: "phases ended by their timer",
        a_minute: 1.5,
        happened: |evidence| lateness(evidence).len(),
    },
    Least {
        what: "outcomes kept that somebody saw",
        a_minute: 0.5,
        happened: |evidence| outcomes(evidence, Outcome::Kept),
    },
    Least {
        what: "outcomes ended that somebody saw",
        a_minute: 1.0,
        happened: |evidence| outcomes(evidence, Outcome::Ended),
    },
];

/// What happened too seldom for a run of this length to show anything. Empty for a trial.
pub fn shortcomings(evidence: &Evidence, length: Duration) -> Vec<String> {
    let minutes = length.as_secs_f64() / 60.0;
    let mut missing = Vec::new();
    for least in LEAST {
        let happened = (least.happened)(evidence);
        let needed = least.a_minute * minutes;
        if u32::try_from(happened).is_ok_and(|happened| f64::from(happened) < needed) {
            missing.push(format!(
                "no trial: {happened} {}, at least {needed:.0} are needed",
                least.what
            ));
        }
    }
    missing
}

fn count(evidence: &Evidence, which: impl Fn(&Event) -> bool) -> usize {
    let entries = evidence.entries.iter();
    entries.filter(|Entry { event, .. }| which(event)).count()
}

fn outcomes(evidence: &Evidence, wanted: Outcome) -> usize {
    count(
        evidence,
        |event| matches!(event, Event::Status { outcome: Some(seen), .. } if *seen == wanted),
    )
}
