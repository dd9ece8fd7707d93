//! The step between `webchat serve` and nats-server: binds the child's life to its parent's.

use std::{os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::{Context, anyhow};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// Of `webchat nats-child`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The process that this one must not outlive.
    #[arg(long)]
    pub parent: i32,
    /// The nats-server program.
    #[arg(long)]
    pub program: PathBuf,
    /// Its configuration file.
    #[arg(long)]
    pub config: PathBuf,
}

/// Becomes nats-server. Comes back only with the reason why it could not.
pub fn become_server(arguments: &Arguments) -> anyhow::Error {
    if let Err(error) = bind_to_parent(arguments.parent) {
        return error;
    }
    let error = Command::new(&arguments.program)
        .arg("-c")
        .arg(&arguments.config)
        .exec();
    anyhow!(error).context(format!("{} cannot be run", arguments.program.display()))
}

/// From here on the kernel kills this process, and the program it becomes, when its parent ends.
fn bind_to_parent(parent: i32) -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .context("cannot bind to the parent's life")?;
    // The parent may have ended before the signal was set.
    let now = getppid().map(|pid| pid.as_raw_nonzero().get());
    anyhow::ensure!(
        now == Some(parent),
        "the process that started this one has ended"
    );
    Ok(())
}
