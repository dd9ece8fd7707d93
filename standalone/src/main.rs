//! `webchat`: every role in one process, and the operator's commands.

mod data_folder;
mod nats;
mod operator;
mod secrets;
mod serve;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use bootstrap::role;
use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(version, about = "WebChat: two strangers, five minutes, and a choice")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves everything from this process, with a nats-server of its own where `nats.url` is not set.
    Serve {
        /// TOML file with settings.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Works on the messages that a worker gave up.
    Dlq {
        /// TOML file with settings.
        #[arg(long, value_name = "FILE", global = true)]
        config: Option<PathBuf>,
        #[command(subcommand)]
        command: operator::dlq::Command,
    },
    /// Makes rooms, pairs, messages and read positions in SQL anew from what the streams retain.
    Rebuild {
        /// TOML file with settings.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Makes the matching model anew from all outcomes, without those of deleted users and what users have reset.
    Learn {
        /// TOML file with settings.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Becomes nats-server, bound to the life of the process that started it.
    #[command(hide = true)]
    NatsChild(nats::child::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve { config } => {
            role::run(role::Role::STANDALONE, config.as_deref(), serve::run)
        }
        Command::Dlq { config, command } => {
            operate("webchat dlq", config.as_deref(), async |deployment| {
                operator::dlq::run(deployment, command).await
            })
        }
        Command::Rebuild { config } => {
            operate("webchat rebuild", config.as_deref(), operator::rebuild::run)
        }
        Command::Learn { config } => {
            operate("webchat learn", config.as_deref(), operator::learn::run)
        }
        Command::NatsChild(arguments) => {
            role::complain(
                "webchat nats-child",
                &nats::child::become_server(&arguments),
            );
            ExitCode::FAILURE
        }
    }
}

/// Runs an operator's command; a failure is one line on stderr.
fn operate<W>(name: &str, config: Option<&Path>, work: W) -> ExitCode
where
    W: AsyncFnOnce(&operator::Deployment) -> anyhow::Result<()>,
{
    match operator::run(config, work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            role::complain(name, &error);
            ExitCode::FAILURE
        }
    }
}
