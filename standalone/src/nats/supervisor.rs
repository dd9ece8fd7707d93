//! Starts the child, starts it again when it dies, ends it.

use std::{
    env,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

/// How often the child is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The pause before a child that died is started again.
const RESTART_AFTER: Duration = Duration::from_millis(250);
/// How long the server may take to write what it has and end.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// A thread that keeps a nats-server running. The kernel's parent-death signal is bound to the thread that starts the
/// child, so this thread lives as long as the process.
#[derive(Debug)]
pub struct Supervisor {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

/// What the thread is told.
#[derive(Debug)]
enum Order {
    Stop,
    Restart,
}

struct Plan {
    program: PathBuf,
    config: PathBuf,
    environment: Vec<(String, String)>,
}

impl Supervisor {
    /// Starts the server.
    ///
    /// # Errors
    /// The thread or the process cannot be started.
    pub fn start(
        program: PathBuf,
        config: PathBuf,
        environment: Vec<(String, String)>,
    ) -> anyhow::Result<Self> {
        let plan = Plan {
            program,
            config,
            environment,
        };
        let (orders, received) = mpsc::channel();
        let (started, first) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("nats-supervisor".to_owned())
            .spawn(move || match spawn(&plan) {
                Ok(child) => {
                    // The starter waits for this word and nobody else sends it.
                    started.send(Ok(())).ok();
                    supervise(&plan, child, &received);
                }
                Err(error) => {
                    started.send(Err(error)).ok();
                }
            })
            .context("no thread for nats-server")?;
        first.recv().context("the nats-server thread ended")??;
        Ok(Self { orders, thread })
    }

    /// Ends the server in an orderly way and starts it again; does not wait for it.
    pub fn restart(&self) {
        if self.orders.send(Order::Restart).is_err() {
            tracing::warn!("the nats-server thread has ended");
        }
    }

    /// Ends the server in an orderly way and waits for it.
    pub fn stop(self) {
        if self.orders.send(Order::Stop).is_err() || self.thread.join().is_err() {
            tracing::warn!("the nats-server thread had ended before");
        }
    }
}

fn spawn(plan: &Plan) -> anyhow::Result<Child> {
    let myself = env::current_exe().context("cannot find the own program")?;
    Command::new(myself)
        .arg("nats-child")
        .arg("--parent")
        .arg(std::process::id().to_string())
        .arg("--program")
        .arg(&plan.program)
        .arg("--config")
        .arg(&plan.config)
        .env_clear()
        .envs(plan.environment.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_file(plan)?)
        // A group of its own: Ctrl-C reaches `webchat serve` alone, which ends the server last.
        .process_group(0)
        .spawn()
        .context("nats-server cannot be started")
}

fn log_file(plan: &Plan) -> anyhow::Result<Stdio> {
    let path = plan.config.with_extension("log");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(file.into())
}

fn supervise(plan: &Plan, mut child: Child, orders: &Receiver<Order>) {
    loop {
        match wait(&mut child, orders) {
            Ended::AsAsked => return,
            Ended::ToStartAgain => tracing::info!("nats-server was ended to be started again"),
            Ended::ByItself(status) => {
                tracing::error!(%status, log = %plan.config.with_extension("log").display(), "nats-server ended; starting it again");
            }
        }
        loop {
            match orders.recv_timeout(RESTART_AFTER) {
                Err(RecvTimeoutError::Timeout) | Ok(Order::Restart) => {}
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
            match spawn(plan) {
                Ok(started) => {
                    child = started;
                    break;
                }
                Err(error) => tracing::error!(error = %format!("{error:#}"), "trying again"),
            }
        }
    }
}

enum Ended {
    AsAsked,
    ToStartAgain,
    ByItself(ExitStatus),
}

fn wait(child: &mut Child, orders: &Receiver<Order>) -> Ended {
    loop {
        match orders.recv_timeout(LOOK_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Order::Restart) => {
                end(child);
                return Ended::ToStartAgain;
            }
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => {
                end(child);
                return Ended::AsAsked;
            }
        }
        match child.try_wait() {
            Ok(Some(status)) => return Ended::ByItself(status),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "cannot look at nats-server"),
        }
    }
}

fn end(child: &mut Child) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(Err(error)) = pid.map(|pid| kill_process(pid, Signal::TERM)) {
        tracing::debug!(%error, "nats-server had ended already");
    }
    let begun = Instant::now();
    while begun.elapsed() < STOP_PATIENCE {
        match child.try_wait() {
            Ok(None) => thread::sleep(LOOK_EVERY),
            Ok(Some(_)) | Err(_) => return,
        }
    }
    tracing::warn!("nats-server does not end; killing it");
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        tracing::warn!(%error, "nats-server could not be killed");
    }
}
