//! A nats-server that an earlier `webchat serve` left behind. It should not be there; if it is, it would hold the store.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

const PATIENCE: Duration = Duration::from_secs(10);

/// Ends a nats-server that still runs with the configuration below `home`.
///
/// # Errors
/// It does not end.
pub fn end(home: &Path) -> anyhow::Result<()> {
    let file = home.join("nats-server.conf");
    for pid in running_with(&file) {
        tracing::warn!(
            pid = pid.as_raw_nonzero().get(),
            "ending a nats-server that an earlier run left behind"
        );
        let begun = Instant::now();
        while is_running_with(pid, &file) {
            if begun.elapsed() > PATIENCE {
                bail!(
                    "a nats-server of an earlier run (process {}) does not end: stop it",
                    pid.as_raw_nonzero()
                );
            }
            kill_process(pid, Signal::KILL)
                .or_else(already_gone)
                .context("cannot end it")?;
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}

fn already_gone(error: rustix::io::Errno) -> Result<(), rustix::io::Errno> {
    if error == rustix::io::Errno::SRCH {
        Ok(())
    } else {
        Err(error)
    }
}

fn running_with(file: &Path) -> Vec<Pid> {
    let Ok(processes) = fs::read_dir("/proc") else {
        // A system without /proc: the server itself refuses a store that is in use.
        return Vec::new();
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(Pid::from_raw)
        .filter(|pid| is_running_with(*pid, file))
        .collect()
}

/// Whether the process is a nats-server with this configuration file. A zombie has no command line.
fn is_running_with(pid: Pid, file: &Path) -> bool {
    let Ok(line) = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) else {
        return false;
    };
    let mut arguments = line.split(|byte| *byte == 0);
    let is_server = arguments
        .next()
        .is_some_and(|program| program.ends_with(b"nats-server"));
    is_server && arguments.any(|argument| argument == file.as_os_str().as_encoded_bytes())
}
