//! The conversation with replay.py: it names a wave, asks for each round who meets, and tells what they decided.

use std::{
    collections::BTreeSet,
    io::{BufRead, Write},
};

use anyhow::{Context, bail};
use domain::matching::model::{Decided, Model, Outcome, Prior, SWEEPS, outgrown_after};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    assignment::assign,
    records::{Iid, People, people_of_json},
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
        let men: Vec<Iid> = self
            .allowed
            .iter()
            .map(|pair| pair.0)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let women: Vec<Iid> = self
            .allowed
            .iter()
            .map(|pair| pair.1)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut worth = vec![vec![None; women.len()]; men.len()];
        for (row, &m) in men.iter().enumerate() {
            for (column, &f) in women.iter().enumerate() {
                if self.allowed.contains(&(m, f)) {
                    let (m, f) = (person(&self.people, m)?, person(&self.people, f)?);
                    worth[row][column] = Some(self.model.mutual_probability(m, f));
                }
            }
        }
        let chosen = assign(men.len(), women.len(), &|row, column| worth[row][column]);
        let pairs = chosen
            .into_iter()
            .zip(&men)
            .filter_map(|(column, &m)| Some((m, women[column?])));
        let pairs: Vec<(Iid, Iid)> = pairs.collect();
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
