//! What goes wrong and when, drawn from a seed: the same seed gives the same faults at the same times.

use std::{fmt, time::Duration};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use webchat_tests::proxy::Link;

/// Two of each role.
pub const PROCESSES: [&str; 8] = [
    "gateway",
    "gateway-2",
    "persistence",
    "persistence-2",
    "matchmaker",
    "matchmaker-2",
    "countdown",
    "countdown-2",
];
/// Those that people connect to.
pub const GATEWAYS: [&str; 2] = ["gateway", "gateway-2"];
/// Those that use the database.
pub const WITH_DATABASE: [&str; 4] = ["gateway", "gateway-2", "persistence", "persistence-2"];

/// Faults begin only so long after the start, and end so long before the end.
const QUIET: Duration = Duration::from_secs(2);
/// The time between two faults' beginnings.
const BETWEEN_MS: std::ops::Range<u64> = 200..1_800;

/// Something that a fault can hit. It has at most one fault at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A process of ours.
    Process(&'static str),
    /// A server of the broker, by its number.
    Broker(usize),
    /// PostgreSQL.
    Database,
    /// What a process and the broker say to each other.
    BrokerLink(&'static str),
    /// What a process and the database say to each other.
    DatabaseLink(&'static str),
    /// What people and a gateway say to each other.
    PeopleLink(&'static str),
    /// What a server of the broker and the others say to each other.
    Routes(usize),
}

impl Target {
    /// Whether a fault of it may keep a timer from its room.
    pub fn carries_timers(self) -> bool {
        match self {
            Self::Broker(_) | Self::Routes(_) => true,
            Self::Process(name) | Self::BrokerLink(name) => name.starts_with("countdown"),
            Self::Database | Self::DatabaseLink(_) | Self::PeopleLink(_) => false,
        }
    }

    /// Whether a fault of one would undo a fault of the other. Two servers have a link in common.
    fn shares_a_link(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Routes(_), Self::Routes(_)))
    }
}

/// What happens to a target. It is undone when the fault ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL; it is started again at the end.
    Kill,
    /// SIGSTOP, then SIGCONT.
    Pause,
    /// The link is so, then plain again.
    Degrade(Link),
}

/// One fault of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When it begins, since the start.
    pub at: Duration,
    /// How long it lasts.
    pub lasts: Duration,
    /// Whom it hits.
    pub target: Target,
    /// What it does.
    pub fault: Fault,
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            lasts,
            target,
            fault,
        } = self;
        write!(f, "{at:>9.1?} {target:?}: {fault:?} for {lasts:.1?}")
    }
}

/// The faults of a run of this length, in the order of their beginnings. Over half of the time something is wrong; the
/// longest single fault lasts `longest`.
pub fn plan(seed: u64, length: Duration, longest: Duration, servers: usize) -> Vec<Planned> {
    let mut random = StdRng::seed_from_u64(seed);
    let targets = targets(servers);
    let mut planned: Vec<Planned> = Vec::new();
    let mut at = QUIET;
    while at + QUIET < length {
        let target = *targets.choose(&mut random).expect("there are targets");
        let fault = fault_of(target, &mut random);
        let longest = longest.min(length - QUIET - at);
        let lasts = lasting(longest, &mut random);
        let is_hit =
            |other: &Planned| other.target.shares_a_link(target) && other.at + other.lasts >= at;
        if !planned.iter().any(is_hit) {
            planned.push(Planned {
                at,
                lasts,
                target,
                fault,
            });
        }
        at += Duration::from_millis(random.random_range(BETWEEN_MS));
    }
    planned
}

/// Everything that can be hit. What few have is listed more often, so that each kind has its share.
fn targets(servers: usize) -> Vec<Target> {
    let processes = PROCESSES.map(Target::Process);
    let brokers = (0..6).map(|turn| Target::Broker(turn % servers));
    let broker_links = PROCESSES.map(Target::BrokerLink);
    let database_links = WITH_DATABASE.map(Target::DatabaseLink);
    let people = GATEWAYS.map(Target::PeopleLink);
    let routes = (0..2 * servers).filter(|_| servers > 1);
    let routes = routes.map(|turn| Target::Routes(turn % servers));
    processes
        .into_iter()
        .chain(brokers)
        .chain([Target::Database; 3])
        .chain(broker_links)
        .chain(database_links)
        .chain(people)
        .chain(people)
        .chain(routes)
        .collect()
}

fn fault_of(target: Target, random: &mut impl Rng) -> Fault {
    match target {
        Target::Process(_) | Target::Broker(_) | Target::Database => {
            if random.random_ratio(2, 3) {
                Fault::Kill
            } else {
                Fault::Pause
            }
        }
        Target::BrokerLink(_)
        | Target::DatabaseLink(_)
        | Target::PeopleLink(_)
        | Target::Routes(_) => {
            let delay = Duration::from_millis(random.random_range(20..400));
            let bytes_per_second = random.random_range(4_000..40_000);
            let links = [
                Link::Cut,
                Link::Cut,
                Link::HalfOpen,
                Link::Open { delay },
                Link::Throttled { bytes_per_second },
            ];
            Fault::Degrade(*links.choose(random).expect("there are links"))
        }
    }
}

/// Short faults are more frequent than long ones.
fn lasting(longest: Duration, random: &mut impl Rng) -> Duration {
    let share: f64 = random.random();
    let shortest = Duration::from_millis(100).min(longest);
    shortest + (longest - shortest).mul_f64(share * share * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(600);
    const LONGEST: Duration = Duration::from_secs(10);

    #[test]
    fn a_seed_is_a_plan() {
        let of = |seed| plan(seed, LENGTH, LONGEST, 3);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn every_target_meets_every_fault_it_can_have_and_all_are_over_at_the_end() {
        let planned = plan(1, LENGTH * 20, LONGEST, 3);
        for target in targets(3) {
            let hits = |fault: fn(&Fault) -> bool| {
                planned
                    .iter()
                    .any(|one| one.target == target && fault(&one.fault))
            };
            match target {
                Target::Process(_) | Target::Broker(_) | Target::Database => {
                    assert!(hits(|fault| *fault == Fault::Kill), "{target:?}");
                    assert!(hits(|fault| *fault == Fault::Pause), "{target:?}");
                }
                _ => {
                    let degraded = |link: fn(&Link) -> bool| {
                        planned.iter().any(|one| {
                            one.target == target
                                && matches!(&one.fault, Fault::Degrade(now) if link(now))
                        })
                    };
                    assert!(degraded(|link| *link == Link::Cut), "{target:?}");
                    assert!(degraded(|link| *link == Link::HalfOpen), "{target:?}");
                    assert!(
                        degraded(|link| matches!(link, Link::Open { .. })),
                        "{target:?}"
                    );
                    assert!(
                        degraded(|link| matches!(link, Link::Throttled { .. })),
                        "{target:?}"
                    );
                }
            }
        }
        assert!(planned.iter().all(|one| one.at + one.lasts < LENGTH * 20));
    }

    #[test]
    fn nothing_is_hit_twice_at_the_same_time() {
        let planned = plan(2, LENGTH, LONGEST, 1);
        assert!(planned.len() > 300, "{}", planned.len());
        for (n, one) in planned.iter().enumerate() {
            let again = planned[n + 1..]
                .iter()
                .find(|other| other.target == one.target);
            assert!(again.is_none_or(|again| again.at > one.at + one.lasts));
        }
    }
}
