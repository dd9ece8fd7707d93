//! A real PostgreSQL server for one test binary, on a unix socket in its own temporary folder.
//!
//! The folder with `initdb`, `postgres` and `createdb` comes from `WEBCHAT_TEST_PG_BIN`.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const BIN_VARIABLE: &str = "WEBCHAT_TEST_PG_BIN";
const START_LIMIT: Duration = Duration::from_secs(60);

/// Makes a cluster and runs its server until standard input ends, then stops it and removes its
/// folder. The input also ends when the test process is killed, so nothing is ever left behind.
const KEEPER: &str = r#"
dir=$1 bin=$2
shift 2 # what is left is the way to become the server's user
if "$@" "$bin/initdb" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    --pgdata "$dir/data" >"$dir/log" 2>&1 </dev/null
then
    "$@" "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off \
        -c max_connections=200 >>"$dir/log" 2>&1 </dev/null &
    server=$!
    read -r _
    # A shell's background job ignores QUIT until the server has set its own handler: TERM reaches
    # it before. After that TERM alone would wait for clients, and QUIT ends it at once.
    kill -TERM "$server" 2>/dev/null
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
else
    cat "$dir/log" >&2
fi
rm -rf "$dir"
"#;

/// A running server. It ends, and its folder goes, when this is dropped or the test process ends.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    dir: PathBuf,
    databases: AtomicU32,
    keeper: Child,
}

impl Postgres {
    /// The server that all tests of this binary share; started at the first call.
    pub fn shared() -> &'static Postgres {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Postgres::start)
    }

    /// Starts a server with an empty cluster. Takes about a second.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not start; the message says what to install or shows the
    /// server's log.
    pub fn start() -> Postgres {
        let bin = bin_folder();
        let folder = TempDir::with_prefix("webchat-pg-").expect("create a temporary folder");
        let become_user = lend(folder.path());
        // From here the keeper owns the folder.
        let dir = folder.keep();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([&dir, &bin])
            .args(become_user)
            .current_dir("/")
            .stdin(Stdio::piped())
            // Its own group: Ctrl-C must not end the keeper before it has cleaned up.
            .process_group(0)
            .spawn()
            .expect("start sh");
        let mut server = Postgres {
            bin,
            dir,
            databases: AtomicU32::new(0),
            keeper,
        };
        server.wait_until_ready();
        server
    }

    /// The URL of a database of this server; the database must exist (`postgres` always does).
    pub fn url(&self, dbname: &str) -> String {
        format!(
            "postgres://postgres@localhost/{dbname}?host={}",
            self.dir.display()
        )
    }

    /// Creates the database and gives its URL.
    pub fn create_database(&self, dbname: &str) -> String {
        let output = Command::new(self.bin.join("createdb"))
            .args(["--username=postgres", "--template=template0", "--host"])
            .args([&self.dir, Path::new(dbname)])
            .output()
            .unwrap_or_else(|error| panic!("{}", missing(&format!("createdb: {error}"))));
        assert!(
            output.status.success(),
            "createdb {dbname}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.url(dbname)
    }

    /// Creates an empty database that no other test uses and gives its URL.
    pub fn fresh_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        self.create_database(&format!("fresh_{number}"))
    }

    /// The server writes its state into the eighth line of its pid file; `pg_ctl --wait` reads it too.
    fn wait_until_ready(&mut self) {
        let pid_file = self.dir.join("data/postmaster.pid");
        let is_ready = |content: String| {
            content
                .lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
        };
        let give_up = Instant::now() + START_LIMIT;
        while !std::fs::read_to_string(&pid_file).is_ok_and(is_ready) {
            let ended = self.keeper.try_wait().expect("look at the keeper");
            assert!(
                ended.is_none(),
                "initdb failed; its output is on standard error"
            );
            let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(
                Instant::now() < give_up,
                "PostgreSQL is not ready after {START_LIMIT:?}. Its log:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(25));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The only failure is that the keeper is gone already.
        let _ = self.keeper.wait();
    }
}

/// The server refuses root, so root lends the folder to the user `postgres`. Gives the words that
/// run a program as the folder's owner: `setpriv` becomes the program, unlike `runuser`, so a
/// signal to its process id reaches the server.
pub(crate) fn lend(dir: &Path) -> &'static [&'static str] {
    let owner = std::fs::metadata(dir)
        .expect("read the temporary folder's owner")
        .uid();
    if owner != 0 {
        return &[];
    }
    let lent = Command::new("chown")
        .args([Path::new("postgres:"), dir])
        .status();
    assert!(
        lent.is_ok_and(|status| status.success()),
        "{}",
        missing("it refuses root, and there is no user `postgres`")
    );
    &[
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--init-groups",
    ]
}

pub(crate) fn bin_folder() -> PathBuf {
    let Some(folder) = std::env::var_os(BIN_VARIABLE).map(PathBuf::from) else {
        panic!("{}", missing(&format!("{BIN_VARIABLE} is not set")));
    };
    for program in ["initdb", "postgres", "createdb"] {
        let path = folder.join(program);
        assert!(
            path.is_file(),
            "{}",
            missing(&format!("{} is no file", path.display()))
        );
    }
    folder
}

fn missing(reason: &str) -> String {
    format!(
        "PostgreSQL is missing ({reason}). Install it (Debian: apt-get install postgresql) and set \
         {BIN_VARIABLE} to the folder that holds initdb, postgres and createdb, for example \
         /usr/lib/postgresql/15/bin."
    )
}
