//! One queue over one hour, ticked by the product's own pairing.

use std::{collections::VecDeque, time::Duration};

use domain::{
    TicketId, Timestamp, UserId,
    matching::{
        Candidate, Features, may_meet,
        pairing::{Edge, Pairable, Policy, RecentScores, Roster, Scorer, Screen, couples},
    },
};
use uuid::Uuid;

use crate::{
    dice::Dice,
    population::{Market, Person, Sight, estimate, mutual, usual},
};

const START: Timestamp = Timestamp(1_795_000_000_000);
/// The first minutes fill the queue and are not counted.
const WARM_UP_SECS: f64 = 300.0;
const COUNTED_SECS: f64 = 3_600.0;
/// Who waited so long leaves.
pub const PATIENCE_SECS: f64 = 90.0;

/// How people leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Patience {
    /// Everybody after 90 s.
    Fixed,
    /// After a time of their own, exponential, 90 s on average.
    Memoryless,
}

/// Who chooses.
#[derive(Debug, Clone, Copy)]
pub enum Matcher<'a> {
    /// The longest waiting with any whom the filters allow, at once.
    Random,
    Product(&'a Policy, Sight),
}

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub market: Market,
    pub per_second: f64,
    pub patience: Patience,
    pub tick_ms: u64,
    pub matcher: Matcher<'a>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub arrivals: usize,
    pub left: usize,
    /// Expected mutual keeps, two people a keep: probabilities are added, no dice are thrown for them.
    pub keeps: f64,
    /// Waits of the matched, in seconds.
    pub waits: Vec<f64>,
}

struct Guest {
    person: Person,
    candidate: Candidate,
    arrived: f64,
    leaves: f64,
}

/// Runs one queue. The same seed gives the same arrivals whatever the matcher.
pub fn run(setting: Setting<'_>, seed: u64) -> Outcome {
    let mut arrivals = arrivals(setting, seed);
    let mut choices = Dice::new(seed ^ 0x5eed);
    let mut recent = RecentScores::default();
    let mut waiting: Vec<Guest> = Vec::new();
    let mut outcome = Outcome::default();
    let tick = Duration::from_millis(setting.tick_ms).as_secs_f64();
    let mut now = 0.0;
    while now < WARM_UP_SECS + COUNTED_SECS {
        now += tick;
        while let Some(guest) = arrivals.pop_front_if(|guest| guest.arrived <= now) {
            outcome.arrivals += usize::from(guest.arrived >= WARM_UP_SECS);
            waiting.push(guest);
        }
        waiting.retain(|guest| {
            let stays = guest.leaves > now;
            outcome.left += usize::from(!stays && guest.arrived >= WARM_UP_SECS);
            stays
        });
        let chosen = match setting.matcher {
            Matcher::Random => random(&waiting, &mut choices),
            Matcher::Product(policy, sight) => product(&waiting, policy, sight, &mut recent, now),
        };
        meet(&mut waiting, &chosen, now, &mut outcome);
    }
    outcome
}

fn meet(waiting: &mut Vec<Guest>, chosen: &[[usize; 2]], now: f64, outcome: &mut Outcome) {
    let mut met = vec![false; waiting.len()];
    for pair in chosen {
        let chance = mutual(&waiting[pair[0]].person, &waiting[pair[1]].person);
        for &index in pair {
            met[index] = true;
            if waiting[index].arrived >= WARM_UP_SECS {
                outcome.waits.push(now - waiting[index].arrived);
                outcome.keeps += chance / 2.0;
            }
        }
    }
    let mut met = met.into_iter();
    waiting.retain(|_| !met.next().unwrap_or(false));
}

fn arrivals(setting: Setting<'_>, seed: u64) -> VecDeque<Guest> {
    let mut dice = Dice::new(seed);
    let mut at = 0.0;
    let mut guests = VecDeque::new();
    while at < WARM_UP_SECS + COUNTED_SECS {
        at += dice.interval() / setting.per_second;
        let person = Person::born(setting.market, &mut dice);
        let patience = match setting.patience {
            Patience::Fixed => PATIENCE_SECS,
            Patience::Memoryless => PATIENCE_SECS * dice.interval(),
        };
        let id = Uuid::from_u64_pair(seed, guests.len() as u64 + 1);
        guests.push_back(Guest {
            person,
            candidate: Candidate {
                user: UserId(id),
                ticket: TicketId(id),
                joined_at: timestamp(at),
                features: features(&person),
            },
            arrived: at,
            leaves: at + patience,
        });
    }
    guests
}

fn features(person: &Person) -> Features {
    Features {
        age: 30,
        gender: person.gender.to_owned(),
        preferred_genders: person.wanted.map(str::to_owned).into_iter().collect(),
        ..Features::default()
    }
}

fn timestamp(at: f64) -> Timestamp {
    START.plus(Duration::from_secs_f64(at))
}

/// A matcher's sight of those who wait.
struct Sighted<'a> {
    waiting: &'a [Guest],
    roster: &'a Roster,
    sight: Sight,
}

impl Sighted<'_> {
    fn person(&self, rank: u32) -> &Person {
        &self.waiting[self.roster.source(rank)].person
    }
}

#[expect(clippy::cast_possible_truncation)] // probabilities
impl Scorer for Sighted<'_> {
    fn score(&self, pair: Pairable) -> f32 {
        let [one, other] = pair.ranks().map(|rank| self.person(rank));
        estimate(one, other, self.sight) as f32
    }

    fn usual(&self, rank: u32) -> f32 {
        usual(self.person(rank), self.sight) as f32
    }
}

fn product(
    waiting: &[Guest],
    policy: &Policy,
    sight: Sight,
    recent: &mut RecentScores,
    now: f64,
) -> Vec<[usize; 2]> {
    let candidates: Vec<Candidate> = waiting
        .iter()
        .map(|guest| guest.candidate.clone())
        .collect();
    let roster = Roster::of(&candidates);
    let sighted = Sighted {
        waiting,
        roster: &roster,
        sight,
    };
    let screen = Screen::new(&roster, |_, _| false);
    let found = couples(&screen, &sighted, policy, recent, timestamp(now));
    let sources = |edge: &Edge| edge.pair().ranks().map(|rank| roster.source(rank));
    found.iter().map(sources).collect()
}

fn random(waiting: &[Guest], dice: &mut Dice) -> Vec<[usize; 2]> {
    let mut free: Vec<usize> = (0..waiting.len()).collect();
    let mut chosen = Vec::new();
    while !free.is_empty() {
        let one = free.remove(0);
        let own = &waiting[one].candidate.features;
        let suits = |other: &usize| may_meet(own, &waiting[*other].candidate.features).is_ok();
        let others: Vec<usize> = (0..free.len()).filter(|at| suits(&free[*at])).collect();
        if let Ok(count @ 1..) = u64::try_from(others.len()) {
            let at = usize::try_from(dice.any() % count).map_or(0, |at| others[at]);
            chosen.push([one, free.remove(at)]);
        }
    }
    chosen
}
