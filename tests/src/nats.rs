//! A real nats-server on a free port and a folder of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpSocket;

const BINARY: &str = "WEBCHAT_TEST_NATS_SERVER";
const PATIENCE: Duration = Duration::from_secs(20);

/// A running nats-server with JetStream. Killed when dropped.
#[derive(Debug)]
pub struct Nats {
    child: Child,
    port: u16,
    folder: TempDir,
    /// What its configuration says beside the usual.
    more: String,
}

impl Nats {
    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    /// Where there is no nats-server; the message says what to do.
    pub async fn start() -> Self {
        let nats = Self::spawn(free_port(), String::new());
        nats.until_it_answers().await;
        nats
    }

    /// Starts a server with more configuration and does not wait for it.
    pub(crate) fn spawn(port: u16, more: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let child = spawn(port, folder.path(), &more);
        Self {
            child,
            port,
            folder,
            more,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it with SIGKILL, without a word.
    pub fn kill9(&mut self) {
        self.child.kill().expect("nats-server can be killed");
        self.child.wait().expect("nats-server ends");
    }

    /// Starts it again on the same port and folder.
    pub async fn restart(&mut self) {
        self.child = spawn(self.port, self.folder.path(), &self.more);
        self.until_it_answers().await;
    }

    /// Kills it with SIGKILL and starts it again.
    pub async fn kill9_and_restart(&mut self) {
        self.kill9();
        self.restart().await;
    }

    /// Suspends it with SIGSTOP: its connections stay open and nobody answers.
    pub fn pause(&self) {
        signal(&self.child, Signal::STOP);
    }

    /// Lets it go on after [`Nats::pause`].
    pub fn resume(&self) {
        signal(&self.child, Signal::CONT);
    }

    /// A copy of everything that the server keeps. Kill it first.
    pub fn copy_store(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_folder(&self.folder.path().join("store"), copy.path());
        copy
    }

    /// Puts an older copy in the place of what the server keeps. Kill it first.
    pub fn restore_store(&self, copy: &TempDir) {
        let store = self.folder.path().join("store");
        fs::remove_dir_all(&store).expect("the store can be removed");
        copy_folder(copy.path(), &store);
    }

    /// Waits until it takes connections.
    pub(crate) async fn until_it_answers(&self) {
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port))
            .await
            .is_err()
        {
            assert!(
                begun.elapsed() < PATIENCE,
                "nats-server does not listen: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("nats.log")).unwrap_or_default()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file can be copied");
        }
    }
}

fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process id"), signal).expect("a signal can be sent");
}

/// The nats-server to test with.
///
/// # Panics
/// Where there is none.
pub fn binary() -> PathBuf {
    std::env::var_os(BINARY)
        .map(PathBuf::from)
        .or_else(fetched)
        .unwrap_or_else(|| PathBuf::from("nats-server"))
}

/// The one that `make` unpacked below the project.
fn fetched() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
    let found = fs::read_dir(tools)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    found
        .map(|folder| folder.join("nats-server"))
        .find(|path| path.is_file())
        .or_else(|| {
            Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/nats-server"))
                .filter(|p| p.is_file())
        })
}

fn spawn(port: u16, folder: &Path, more: &str) -> Child {
    let config = folder.join("nats.conf");
    let text = format!(
        "listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"{}\", sync_interval: \"1s\" }}\nlog_file: \"{}\"\nmax_payload: 2MB\n{more}",
        folder.join("store").display(),
        folder.join("nats.log").display(),
    );
    fs::write(&config, text).expect("the server's configuration can be written");
    let binary = binary();
    Command::new(&binary)
        .arg("-c")
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("cannot start {}: {error}. Set {BINARY} to a nats-server of version 2.14 or newer; `make test` fetches one", binary.display())
        })
}

/// A port that was free a moment ago. Below those that the system gives to outgoing connections, so that nobody takes it
/// between two starts of a process; and no other test of this binary gets the same one.
///
/// # Panics
/// Where no port is free.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 20_000;
    let start = std::process::id().wrapping_mul(97);
    (0..COUNT)
        .map(|_| FIRST + start.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| bound(*port).is_some())
        .expect("a free port")
}

/// A socket at this port of loopback, if nobody listens there. It does not listen itself: where another test starts a process at
/// this moment, that one has a copy until it runs its program. If that listened, a server could not, and whoever connects
/// would take it for the server.
fn bound(port: u16) -> Option<TcpSocket> {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Then the server can listen beside the copy.
    socket.set_reuseaddr(true).expect("a socket's option");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.bind(address).is_ok().then_some(socket)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_port_that_is_looked_at_is_nobodys_and_a_server_may_listen_there() {
        let port = free_port();
        let address = (Ipv4Addr::LOCALHOST, port);
        let looked_at = bound(port).expect("a free port");
        assert!(TcpStream::connect(address).is_err(), "nobody listens");
        let server = TcpListener::bind(address).expect("a server listens beside it");
        assert!(bound(port).is_none(), "and then it is taken");
        drop((looked_at, server));
    }
}
