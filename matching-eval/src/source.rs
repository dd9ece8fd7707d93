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
