//! Where the prior weights come from: a file, or training.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use domain::matching::model::Prior;

use crate::{
    records::{Date, People, read_dates, read_people},
    train::{Settings, train},
};

/// The weights to use.
#[derive(Debug, Args)]
pub struct Source {
    /// A file of weights, such as config/matching-weights.toml.
    #[arg(long, conflicts_with_all = ["train_people", "train_pairs"])]
    weights: Option<PathBuf>,
    #[command(flatten)]
    records: Training,
    /// Train the weights for each wave without that wave.
    #[arg(long, conflicts_with = "weights")]
    leave_one_wave_out: bool,
}

/// The records to train on, and how.
#[derive(Debug, Args)]
pub struct Training {
    /// People to train on.
    #[arg(long)]
    train_people: Option<PathBuf>,
    /// Their dates.
    #[arg(long)]
    train_pairs: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Records that were read.
pub struct Records {
    people: People,
    dates: Vec<Date>,
    settings: Settings,
}

/// Gives the weights for a wave.
pub enum Priors {
    /// The same for all.
    One(Prior),
    /// Trained for each, without it.
    LeaveOneOut(Records),
}

impl Source {
    pub fn open(&self) -> anyhow::Result<Priors> {
        if let Some(path) = &self.weights {
            let text = fs::read_to_string(path);
            let text = text.with_context(|| format!("cannot read {}", path.display()))?;
            return Ok(Priors::One(toml::from_str(&text)?));
        }
        let records = self.records.read()?;
        if self.leave_one_wave_out {
            return Ok(Priors::LeaveOneOut(records));
        }
        Ok(Priors::One(
            records.train(None, "trained for this run".to_owned())?,
        ))
    }
}

impl Training {
    pub fn read(&self) -> anyhow::Result<Records> {
        let (Some(people), Some(pairs)) = (&self.train_people, &self.train_pairs) else {
            bail!("name --weights, or both --train-people and --train-pairs");
        };
        Ok(Records {
            people: read_people(people)?,
            dates: read_dates(pairs)?,
            settings: self.settings,
        })
    }
}

impl Records {
    /// The weights, without one wave if it is named.
    pub fn train(&self, without: Option<i64>, provenance: String) -> anyhow::Result<Prior> {
        let mut dates = self.dates.clone();
        dates.retain(|date| Some(date.wave) != without);
        train(&self.people, &dates, self.settings, provenance)
    }
}

impl Priors {
    pub fn of(&self, wave: i64) -> anyhow::Result<Prior> {
        match self {
            Self::One(prior) => Ok(prior.clone()),
            Self::LeaveOneOut(records) => {
                records.train(Some(wave), format!("trained without wave {wave}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use domain::matching::model::Portrait;

    use super::*;
    use crate::answers::interests;

    #[derive(Parser)]
    struct Defaults {
        #[command(flatten)]
        settings: Settings,
    }

    /// Somebody who likes each thing more or less; others have other numbers.
    fn portrait(number: u32) -> Portrait {
        let number = f64::from(number);
        let liking = |(name, place): (&str, f64)| {
            let value = (number * 1.7 + place * place * number).sin() / 2.0 + 0.5;
            (name.to_owned(), value)
        };
        Portrait {
            age: Some(20.0 + (number * 3.1).sin().abs() * 10.0),
            interests: interests().zip((1..).map(f64::from)).map(liking).collect(),
            ..Portrait::default()
        }
    }

    /// Two evenings of four and four each, of whom everybody met everybody.
    fn records() -> Records {
        let date = |wave, m, f| Date {
            wave,
            m,
            f,
            order: 1,
            keep_m: (m + f) % 2 == 0,
            keep_f: (m * f) % 3 == 0,
            in_first_half: false,
            has_yes_budget: false,
        };
        let evening = |wave: i64| {
            let from = wave * 10;
            (from..from + 4).flat_map(move |m| (from + 4..from + 8).map(move |f| (wave, m, f)))
        };
        let dates: Vec<Date> = (1..=2)
            .flat_map(evening)
            .map(|(wave, m, f)| date(wave, m, f))
            .collect();
        let iids = dates.iter().flat_map(|date| [date.m, date.f]);
        let people = iids.map(|iid| (iid, portrait(u32::try_from(iid).unwrap())));
        Records {
            people: people.collect(),
            settings: Defaults::parse_from(["defaults"]).settings,
            dates,
        }
    }

    #[test]
    fn an_evening_that_is_left_out_teaches_nothing_by_its_people_either() {
        let train = |records: &Records, without| records.train(without, String::new()).unwrap();
        let records = records();
        let mut changed = self::records();
        for (iid, person) in changed.people.iter_mut().filter(|(iid, _)| **iid >= 20) {
            *person = portrait(u32::try_from(*iid).unwrap() + 100);
        }
        for date in changed.dates.iter_mut().filter(|date| date.wave == 2) {
            date.keep_m = !date.keep_m;
        }
        let without = train(&records, Some(2));
        assert_eq!(without, train(&changed, Some(2)));
        assert_eq!(without.themes.loadings().count(), interests().count());
        // With the evening, both its people and its decisions count.
        let with = train(&records, None);
        assert_ne!(with.themes, train(&changed, None).themes);
        assert_ne!(with.themes, without.themes);
    }
}
