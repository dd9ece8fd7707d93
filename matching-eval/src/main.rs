//! Lets WebChat's matching model answer the judges of the speed-dating data: see docs/MATCHING.md.

mod answers;
mod cholesky;
mod features;
mod layout;
mod principal;
mod records;
mod replay;
mod ridge;
mod score;
mod source;
mod table;
mod themes;
mod train;
mod weights;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Parser, Subcommand};

use source::Source;

/// Trains, scores and replays the matching model on the records of a speed-dating experiment.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the weights that the dates teach, as TOML.
    Train {
        #[command(flatten)]
        records: source::Training,
        /// Where the records come from, one or two sentences.
        #[arg(long)]
        provenance: String,
    },
    /// Prints the probability of every direction of every pair, as CSV: wave,iid,pid,score.
    Score {
        #[command(flatten)]
        source: Source,
        /// The people.
        #[arg(long)]
        people: PathBuf,
        /// The pairs to score; what they decided is not looked at.
        #[arg(long)]
        pairs: PathBuf,
        /// Dates whose outcomes are known beforehand.
        #[arg(long)]
        history: Option<PathBuf>,
        /// Know the outcomes of each evening's first half, from `--pairs`.
        #[arg(long, conflicts_with = "history")]
        first_half: bool,
        /// How often every decision is looked at again.
        #[arg(long, default_value_t = domain::matching::model::SWEEPS)]
        sweeps: u32,
    },
    /// Chooses who meets, round after round: speaks the JSON lines of replay.py.
    Replay {
        #[command(flatten)]
        source: Source,
        /// Also make the model anew once it is outgrown, as the workers do.
        #[arg(long)]
        anew: bool,
    },
}

fn main() -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match Arguments::parse().command {
        Command::Train {
            records,
            provenance,
        } => {
            let prior = records.read()?.train(None, provenance)?;
            out.write_all(weights::to_toml(&prior)?.as_bytes())?;
        }
        Command::Score {
            source,
            people,
            pairs,
            history,
            first_half,
            sweeps,
        } => {
            let people = records::read_people(&people)?;
            let known = if first_half {
                Some(&pairs)
            } else {
                history.as_ref()
            };
            let mut history = known.map_or(Ok(Vec::new()), |path| records::read_dates(path))?;
            history.retain(|date| !first_half || date.in_first_half);
            let pairs = records::read_pairs(&pairs)?;
            let table = score::score(&source.open()?, &people, &pairs, &history, sweeps)?;
            out.write_all(table.as_bytes())?;
        }
        Command::Replay { source, anew } => {
            let learning = if anew {
                replay::Learning::Anew
            } else {
                replay::Learning::OneByOne
            };
            replay::replay(&source.open()?, learning, io::stdin().lock(), out)?;
        }
    }
    Ok(())
}
