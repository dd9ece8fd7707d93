//! The conversation with replay.py: it names a wave, asks for each round who meets, and tells what they decided.

use std::{
    collections::BTreeSet,
    io::{BufRead, Write},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use domain::{
    TicketId, Timestamp, UserId,
    matching::{
        Candidate, Features,
        model::{Decided, Model, Outcome, Person, Prior, SWEEPS, outgrown_after},
        pairing::{self, Policy, RecentScores},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    records::{Iid, People, people_of_json, user},
    score::{outcome, person},
    source::Priors,
};

/// What the judge says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said {
    Wave {
        wave: i64,
        people: Vec<Map<String, Value>>,
        allowed: BTreeSet<(Iid, Iid)>,
    },
    Round {},
    Outcome {
        dates: Vec<Met>,
    },
    End,
}

#[derive(Deserialize)]
struct Met {
    m: Iid,
    f: Iid,
    keep_m: u8,
    keep_f: u8,
}

#[derive(Serialize)]
struct Pairs {
    pairs: Vec<(Iid, Iid)>,
}

const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// How long everybody has waited: at a second's patience a couple weighs more by it than all scores of a round, so that nobody
/// idles who could meet somebody, whatever the sum.
const WAITED_MS: i64 = 32_000;
/// Of so many couples the scores are less than what the two of one have waited.
const COUPLES_AT_MOST: usize = 64;
/// The matchmaker's own pairing, where all have waited so long that any score will do.
const EVERYBODY_MEETS: Policy = Policy {
    reserve_quantile: 0.0,
    reserve_decay: Duration::from_secs(1),
    patience: Duration::from_secs(1),
    exact_up_to: usize::MAX,
    scored: 0,
    k: 0,
};

/// An evening: who is there, who may still meet, and what has been learned.
struct Evening {
    people: People,
    allowed: BTreeSet<(Iid, Iid)>,
    prior: Prior,
    model: Model,
    met: Vec<(Iid, Iid, Outcome)>,
    /// Of how many of these the model was made anew.
    made_of: usize,
}

/// How outcomes are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// Each as it comes.
    OneByOne,
    /// Each as it comes; and once the model is outgrown, it is made anew from all outcomes of the evening. So do the workers.
    Anew,
}

/// Answers until the input ends.
///
/// # Errors
/// The judge says something that is not in its protocol.
pub fn replay(
    priors: &Priors,
    learning: Learning,
    input: impl BufRead,
    mut output: impl Write,
) -> anyhow::Result<()> {
    let mut evening = None;
    for line in input.lines() {
        match (serde_json::from_str(&line?)?, &mut evening) {
            (
                Said::Wave {
                    wave,
                    people,
                    allowed,
                },
                none,
            ) => {
                let prior = priors.of(wave)?;
                *none = Some(Evening {
                    people: people_of_json(&people)?,
                    allowed,
                    model: Model::new(prior.clone())?,
                    prior,
                    met: Vec::new(),
                    made_of: 0,
                });
            }
            (Said::Round {}, Some(evening)) => {
                let pairs = evening.round()?;
                serde_json::to_writer(&mut output, &Pairs { pairs })?;
                writeln!(output)?;
                output.flush()?;
            }
            (Said::Outcome { dates }, Some(evening)) => evening.learn(&dates, learning)?,
            (Said::End, evening) => *evening = None,
            (_, None) => bail!("a round or an outcome without a wave"),
        }
    }
    Ok(())
}

impl Evening {
    /// Who meets: all who can, such that the most mutual keeps are to be expected.
    fn round(&mut self) -> anyhow::Result<Vec<(Iid, Iid)>> {
        let men: BTreeSet<Iid> = self.allowed.iter().map(|pair| pair.0).collect();
        let women: BTreeSet<Iid> = self.allowed.iter().map(|pair| pair.1).collect();
        ensure!(
            men.len().min(women.len()) <= COUPLES_AT_MOST,
            "an evening has at most {COUPLES_AT_MOST} couples in a round"
        );
        let guests = men.into_iter().map(|m| (m, "man", "woman"));
        let guests = guests.chain(women.into_iter().map(|f| (f, "woman", "man")));
        let guests: Vec<(Iid, &str, &str)> = guests.collect();
        let candidates: Vec<Candidate> = guests.iter().map(candidate).collect();
        let persons = guests.iter().map(|guest| person(&self.people, guest.0));
        let persons: Vec<Person<'_>> = persons.collect::<anyhow::Result<_>>()?;
        let may_meet: BTreeSet<[UserId; 2]> = self
            .allowed
            .iter()
            .map(|(m, f)| [user(*m), user(*f)])
            .collect();
        let worth = |one: usize, other: usize| {
            to_single(self.model.mutual_probability(persons[one], persons[other]))
        };
        let pairs = everybody(&candidates, &may_meet, worth);
        let pairs: Vec<(Iid, Iid)> = pairs
            .into_iter()
            .map(|(man, woman)| (guests[man].0, guests[woman].0))
            .collect();
        self.allowed.retain(|pair| !pairs.contains(pair));
        Ok(pairs)
    }

    fn learn(&mut self, dates: &[Met], learning: Learning) -> anyhow::Result<()> {
        for date in dates {
            let seq = self.model.weights().applied_seq + 1;
            let outcome = outcome(date.m, date.f, date.keep_m == 1, date.keep_f == 1, seq);
            let (one, other) = (person(&self.people, date.m)?, person(&self.people, date.f)?);
            let learned = self.model.learn(&outcome, one.portrait, other.portrait);
            learned.context("the judge named a date that cannot be")?;
            self.met.push((date.m, date.f, outcome));
            let since = (self.met.len() - self.made_of) as u64;
            if learning == Learning::Anew && since >= outgrown_after(self.made_of as u64) {
                self.make_anew()?;
            }
        }
        Ok(())
    }

    fn make_anew(&mut self) -> anyhow::Result<()> {
        let decided = |&(m, f, outcome): &(Iid, Iid, Outcome)| {
            Ok(Decided {
                outcome,
                one: person(&self.people, m)?.portrait,
                other: person(&self.people, f)?.portrait,
            })
        };
        let decided: Vec<_> = self
            .met
            .iter()
            .map(decided)
            .collect::<anyhow::Result<_>>()?;
        self.model = Model::rebuild(self.prior.clone(), &decided, SWEEPS)?;
        self.made_of = self.met.len();
        Ok(())
    }
}

/// Somebody in the queue whom the filters keep from nobody of the other gender.
fn candidate(&(iid, gender, wanted): &(Iid, &str, &str)) -> Candidate {
    let user = user(iid);
    Candidate {
        user,
        ticket: TicketId(user.0),
        joined_at: Timestamp(NOW.0 - WAITED_MS),
        features: Features {
            age: 30,
            gender: gender.to_owned(),
            preferred_genders: vec![wanted.to_owned()],
            ..Features::default()
        },
    }
}

/// A score as the pairing takes it.
#[expect(clippy::cast_possible_truncation)]
fn to_single(score: f64) -> f32 {
    score as f32
}

/// As many couples as possible of those who may meet, and among those ways the one of the most worth; the places of the two among
/// the candidates, the lower first.
fn everybody(
    candidates: &[Candidate],
    may_meet: &BTreeSet<[UserId; 2]>,
    worth: impl Fn(usize, usize) -> f32,
) -> Vec<(usize, usize)> {
    let chosen = pairing::pair(
        candidates,
        |one, other| !may_meet.contains(&[one, other]) && !may_meet.contains(&[other, one]),
        worth,
        |_| 1.0,
        &EVERYBODY_MEETS,
        &mut RecentScores::default(),
        NOW,
    );
    let places = chosen.iter().map(|couple| (couple.one, couple.other));
    places
        .map(|(one, other)| (one.min(other), one.max(other)))
        .collect()
}

#[cfg(test)]
mod tests;
