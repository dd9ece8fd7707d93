//! A real PostgreSQL server of one test's own, on a TCP port, to be killed, paused and started again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{
    disk::seen_by,
    nats::free_port,
    postgres::{bin_folder, lend},
};

const START_LIMIT: Duration = Duration::from_secs(60);
const DATABASE: &str = "webchat";

/// A running server with one database. It writes through to the disk, as in production. Killed when dropped.
#[derive(Debug)]
pub struct PostgresServer {
    pub(crate) child: Child,
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    pub(crate) bin: PathBuf,
    pub(crate) as_owner: &'static [&'static str],
}

impl PostgresServer {
    /// Starts a server and makes its database. Takes some seconds.
    ///
    /// # Panics
    /// Where PostgreSQL is missing or does not start; the message says what to install or shows the server's log.
    pub async fn start() -> Self {
        let bin = bin_folder();
        let folder = TempDir::with_prefix("webchat-pg-").expect("a temporary folder");
        let as_owner = lend(folder.path());
        let data = folder.path().join("data");
        let made = run_as(as_owner, &bin.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .current_dir("/")
            .output()
            .expect("initdb can be started");
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let port = free_port();
        let child = spawn(as_owner, &bin, folder.path(), port);
        let mut server = Self {
            child,
            port,
            folder,
            bin,
            as_owner,
        };
        server.until_ready().await;
        server.create_database();
        server
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The address of its database behind a proxy.
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/{DATABASE}")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it and all that serve its connections with SIGKILL.
    pub fn kill9(&mut self) {
        let serving = self.processes();
        self.child.kill().expect("postgres can be killed");
        self.child.wait().expect("postgres ends");
        for process in serving {
            // Some end by themselves when they see that the first one has gone.
            kill_process(process, Signal::KILL).ok();
            // The next start refuses the folder while one of them has its memory.
            let process = format!("/proc/{}/exe", process.as_raw_nonzero());
            while fs::read_link(&process).is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Starts it again on the same port and folder, and waits until it has recovered.
    pub async fn restart(&mut self) {
        self.child = spawn(self.as_owner, &self.bin, self.folder.path(), self.port);
        self.until_ready().await;
    }

    /// Suspends it with SIGSTOP: its connections stay open and nobody answers.
    pub fn pause(&self) {
        self.signal_all(Signal::STOP);
    }

    /// Lets it go on after [`PostgresServer::pause`].
    pub fn resume(&self) {
        self.signal_all(Signal::CONT);
    }

    fn signal_all(&self, signal: Signal) {
        for process in self.processes() {
            // The server ends and makes its processes as it likes.
            kill_process(process, signal).ok();
        }
    }

    /// The server and its children.
    fn processes(&self) -> Vec<Pid> {
        let server = self.child.id();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap_or_default();
        let ids = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(i32::try_from(server).expect("a process id"))
            .chain(ids)
            .filter_map(Pid::from_raw)
            .collect()
    }

    pub(crate) fn create_database(&self) {
        let made = Command::new(self.bin.join("createdb"))
            .args([
                "--username=postgres",
                "--template=template0",
                "--host=127.0.0.1",
            ])
            .arg(format!("--port={}", self.port))
            .arg(DATABASE)
            .output()
            .expect("createdb can be started");
        assert!(
            made.status.success(),
            "createdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
    }

    /// The server writes its state into the eighth line of its pid file; `pg_ctl --wait` reads it too.
    pub(crate) async fn until_ready(&mut self) {
        let pid_file = self.folder.path().join("data/postmaster.pid");
        // It may be on a disk that the server alone sees.
        let pid_file = seen_by(self.child.id(), &pid_file);
        let id = self.child.id().to_string();
        let is_ready = |content: String| {
            let lines: Vec<_> = content.lines().map(str::trim).collect();
            lines.first() == Some(&id.as_str()) && lines.get(7) == Some(&"ready")
        };
        let give_up = Instant::now() + START_LIMIT;
        while !fs::read_to_string(&pid_file).is_ok_and(is_ready) {
            let ended = self.child.try_wait().expect("look at postgres");
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(
                ended.is_none() && Instant::now() < give_up,
                "PostgreSQL is not ready ({ended:?}). Its log:\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // It may have been killed by the test already, and then its id is nobody's or somebody else's.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.kill9();
        }
    }
}

pub(crate) fn log_file(folder: &Path) -> fs::File {
    fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a file for the server's log")
}

fn spawn(as_owner: &[&str], bin: &Path, folder: &Path, port: u16) -> Child {
    let log = log_file(folder);
    run_as(as_owner, &bin.join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=200",
            "-p",
        ])
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("postgres can be started")
}

/// The server refuses root; `setpriv` and `env` become the program, so its process id is the child's. It ends with this
/// test, even one that was killed.
fn run_as(as_owner: &[&str], program: &Path) -> Command {
    let mut command = match as_owner.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest);
            command
        }
        None => Command::new("setpriv"),
    };
    command.arg("--pdeathsig=KILL").arg(program);
    command
}
