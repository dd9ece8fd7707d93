//! `webchat dlq`: the messages that a worker gave up.

use anyhow::{Context, bail, ensure};
use bootstrap::{Database, Shutdown};
use broker::{Broker, Buried};
use clap::{Args, Subcommand};
use contract::{DeadLetter, consumers::COUNTDOWN_DUE, consumers::COUNTDOWN_ROOMS, streams::DLQ};
use workers::{countdown, persistence};

use super::{Deployment, say};

/// Letters that are read at once.
const PAGE: usize = 100;

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists them, oldest first, a line each.
    Ls {
        /// Only those of this consumer.
        #[arg(long)]
        consumer: Option<String>,
        /// How many lines at the most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Shows one with its body. The body is what users wrote: treat it so.
    Show {
        /// Its number in the list.
        seq: u64,
    },
    /// Tries them once more, and takes out those that succeed.
    Replay(Which),
    /// Takes them out for good.
    Drop(Which),
}

/// Which dead letters.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// One, by its number in the list.
    seq: Option<u64>,
    /// All of a consumer.
    #[arg(long)]
    consumer: Option<String>,
    /// All.
    #[arg(long)]
    all: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such letter, a replay failed, or the broker or the database is away.
pub async fn run(deployment: &Deployment, command: Command) -> anyhow::Result<()> {
    let broker = &deployment.broker;
    match command {
        Command::Ls { consumer, limit } => list(broker, consumer.as_deref(), limit).await,
        Command::Show { seq } => show(broker, seq).await,
        Command::Replay(which) => {
            let database = deployment.database().await?;
            replay(broker, &database, &which).await
        }
        Command::Drop(which) => drop_letters(broker, &which).await,
    }
}

async fn list(broker: &Broker, consumer: Option<&str>, limit: usize) -> anyhow::Result<()> {
    let mut from = 1;
    let mut left = limit;
    while left > 0 {
        let page = broker.dead_letters(consumer, from, left.min(PAGE)).await?;
        let Some(last) = page.last() else { break };
        (from, left) = (last.seq + 1, left - page.len());
        for buried in &page {
            say(&line_of(buried))?;
        }
    }
    Ok(())
}

/// Tab-separated: number, time, consumer, place in the stream, subject, error.
fn line_of(buried: &Buried) -> String {
    let (seq, at, consumer) = (buried.seq, buried.buried_at, &buried.consumer);
    match &buried.letter {
        Ok(letter) => format!(
            "{seq}\t{at}\t{consumer}\t{} {}\t{}\t{}",
            letter.stream, letter.seq, letter.subject, letter.error
        ),
        Err(error) => format!("{seq}\t{at}\t{consumer}\t-\t-\tno dead letter: {error}"),
    }
}

async fn show(broker: &Broker, seq: u64) -> anyhow::Result<()> {
    let buried = find(broker, seq).await?;
    say(&format!("number     {}", buried.seq))?;
    say(&format!("given up   {}", buried.buried_at))?;
    say(&format!("consumer   {}", buried.consumer))?;
    let letter = letter_of(&buried)?;
    say(&format!("stream     {} {}", letter.stream, letter.seq))?;
    say(&format!("subject    {}", letter.subject))?;
    say(&format!("stored     {}", letter.stored_at))?;
    say(&format!("deliveries {}", letter.attempts))?;
    say(&format!("error      {}", letter.error))?;
    let body = letter.body().context("its body cannot be read")?;
    // Control characters of a stranger's text may not reach the operator's terminal.
    say(&format!(
        "\n{}",
        String::from_utf8_lossy(&body).escape_debug()
    ))
}

async fn replay(broker: &Broker, database: &Database, which: &Which) -> anyhow::Result<()> {
    let (mut done, mut failed) = (0_u32, 0_u32);
    for seq in chosen(broker, which).await? {
        match replay_one(broker, database, seq).await {
            Ok(()) => {
                broker.delete_message(&DLQ, seq).await?;
                done += 1;
            }
            Err(error) => {
                say(&format!("{seq}\tstays: {error:#}"))?;
                failed += 1;
            }
        }
    }
    say(&format!("{done} replayed, {failed} stay"))?;
    ensure!(failed == 0, "not every dead letter could be replayed");
    Ok(())
}

async fn replay_one(broker: &Broker, database: &Database, seq: u64) -> anyhow::Result<()> {
    let buried = find(broker, seq).await?;
    let (letter, consumer) = (letter_of(&buried)?, &buried.consumer);
    if [COUNTDOWN_ROOMS.name, COUNTDOWN_DUE.name].contains(&consumer.as_str()) {
        return Ok(countdown::replay(broker, consumer, letter).await?);
    }
    let shutdown = Shutdown::new();
    Ok(persistence::replay(broker, database, consumer, letter, &shutdown).await?)
}

async fn drop_letters(broker: &Broker, which: &Which) -> anyhow::Result<()> {
    let mut dropped = 0_u32;
    for seq in chosen(broker, which).await? {
        if broker.delete_message(&DLQ, seq).await? {
            dropped += 1;
        }
    }
    say(&format!("{dropped} dropped"))
}

/// The numbers of what was chosen. Those that come later are not among them.
async fn chosen(broker: &Broker, which: &Which) -> anyhow::Result<Vec<u64>> {
    if let Some(seq) = which.seq {
        return Ok(vec![find(broker, seq).await?.seq]);
    }
    let end = broker.stream_state(&DLQ).await?.last_seq;
    let (mut found, mut from) = (Vec::new(), 1);
    loop {
        let page = broker.dead_letters(which.consumer.as_deref(), from, PAGE);
        let page = page.await?;
        let Some(last) = page.last().map(|last| last.seq) else {
            return Ok(found);
        };
        from = last + 1;
        found.extend(
            page.iter()
                .map(|buried| buried.seq)
                .filter(|seq| *seq <= end),
        );
    }
}

async fn find(broker: &Broker, seq: u64) -> anyhow::Result<Buried> {
    let Some(buried) = broker.dead_letter(seq).await? else {
        bail!("there is no dead letter {seq}; `webchat dlq ls` lists them");
    };
    Ok(buried)
}

fn letter_of(buried: &Buried) -> anyhow::Result<&DeadLetter> {
    match &buried.letter {
        Ok(letter) => Ok(letter),
        Err(error) => bail!("{} is no dead letter: {error}", buried.seq),
    }
}
