//! A small disk of its own for a process: a tmpfs that this process alone sees, so that it can be filled and goes with
//! the process. Root mounts it in a mount namespace; an ordinary user in a user namespace.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Mounts, then becomes what is left of the arguments.
const MOUNT: &str = r#"
place=$1 size=$2 options=$3
shift 3
mount -t tmpfs -o "size=${size}m,$options" webchat "$place" || {
    echo "no disk can be mounted: run as root, or allow unprivileged user namespaces" >&2
    exit 1
}
exec "$@"
"#;

/// A page of tmpfs: what is free is a multiple of it.
const PAGE: usize = 4096;

/// A command that becomes the program and arguments which are appended to it, with a disk of `mib` mebibytes on the
/// existing folder `place`. `options` are tmpfs' own, for example an owner.
pub fn on_small_disk(place: &Path, mib: u32, options: &str) -> Command {
    let mut command = Command::new("unshare");
    command.arg("--mount");
    if !is_root() {
        command.arg("--map-root-user");
    }
    command
        .args(["sh", "-c", MOUNT, "mount"])
        .arg(place)
        .args([&mib.to_string(), options]);
    command
}

/// Whether this process may mount without more ado.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The disk of a running process, seen from outside.
#[derive(Debug)]
pub struct SmallDisk {
    ballast: PathBuf,
}

impl SmallDisk {
    /// The disk that the process has on `place`.
    pub fn of(pid: u32, place: &Path) -> Self {
        Self {
            ballast: seen_by(pid, place).join("ballast"),
        }
    }

    /// Leaves no free page.
    ///
    /// # Panics
    /// It fails for another reason than want of space.
    pub fn fill(&self) {
        let mut ballast = File::options()
            .create(true)
            .append(true)
            .open(&self.ballast)
            .expect("a file on the small disk");
        for block in [vec![0; 256 * PAGE], vec![0; PAGE]] {
            loop {
                match ballast.write(&block) {
                    Ok(written) if written > 0 => {}
                    Ok(_) => break,
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("filling the small disk: {error}"),
                }
            }
        }
    }

    /// Gives the space back.
    ///
    /// # Panics
    /// It was not filled.
    pub fn free(&self) {
        fs::remove_file(&self.ballast).expect("the ballast can be removed");
    }
}

/// A path as the process sees it.
pub fn seen_by(pid: u32, path: &Path) -> PathBuf {
    let inside = path.strip_prefix("/").expect("an absolute path");
    Path::new("/proc")
        .join(pid.to_string())
        .join("root")
        .join(inside)
}
