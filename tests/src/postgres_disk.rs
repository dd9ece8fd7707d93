//! A PostgreSQL server whose disk can be filled.

use std::{fs, os::unix::fs::MetadataExt, path::Path, process::Stdio};

use tempfile::TempDir;

use crate::{
    disk::{SmallDisk, is_root, on_small_disk},
    nats::free_port,
    postgres::{bin_folder, lend},
    postgres_server::{PostgresServer, log_file},
};

/// In a namespace of its own an ordinary user is root, whom the server refuses: a second namespace takes that away.
const AS_NOBODY_SPECIAL: &[&str] = &["unshare", "--user", "--map-user=1000", "--map-group=1000"];

/// Makes a cluster on a new disk and becomes its server.
const MAKE_AND_SERVE: &str = r#"
"$1/initdb" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync --wal-segsize=1 --pgdata "$2" >&2 &&
exec "$1/postgres" -D "$2" -k "$3" -c listen_addresses=127.0.0.1 -c max_connections=200 -p "$4"
"#;

impl PostgresServer {
    /// Starts a server whose data folder is a disk of so many mebibytes. It cannot be started again: its disk goes with it.
    ///
    /// # Panics
    /// As [`PostgresServer::start`], and where no disk can be mounted.
    pub async fn start_on_small_disk(mib: u32) -> Self {
        let bin = bin_folder();
        let folder = TempDir::with_prefix("webchat-pg-").expect("a temporary folder");
        let as_owner = lend(folder.path());
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a folder for a disk");
        let port = free_port();
        let child = on_small_disk(&data, mib, &owned_as(folder.path()))
            .args(if is_root() {
                as_owner
            } else {
                AS_NOBODY_SPECIAL
            })
            .args([
                "setpriv",
                "--pdeathsig=KILL",
                "sh",
                "-c",
                MAKE_AND_SERVE,
                "sh",
            ])
            .args([&bin, &data, folder.path()])
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file(folder.path()))
            .spawn()
            .expect("sh can be started");
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

    /// The disk of [`PostgresServer::start_on_small_disk`].
    pub fn disk(&self) -> SmallDisk {
        SmallDisk::of(self.child.id(), &self.folder.path().join("data"))
    }
}

/// The options of a disk that the folder's owner may use.
fn owned_as(folder: &Path) -> String {
    if !is_root() {
        return "mode=0700".to_owned();
    }
    let owner = fs::metadata(folder).expect("the folder's owner");
    format!("mode=0700,uid={},gid={}", owner.uid(), owner.gid())
}
