//! Finding a nats-server that is new enough.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// Atomic batches, schedules and per-message TTLs together.
const OLDEST: (u32, u32) = (2, 14);

/// The nats-server on PATH.
///
/// # Errors
/// There is none, or it is too old; the message says what to do.
pub fn find() -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let Some(program) = first_on(&path) else {
        bail!(
            "nats-server is not on PATH: install version {}.{} or newer, or start with `make run`, which fetches one, or set NATS_URL",
            OLDEST.0,
            OLDEST.1
        );
    };
    let output = Command::new(&program)
        .arg("--version")
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let version = parse_version(&said)
        .with_context(|| format!("{} does not tell its version: {said}", program.display()))?;
    if version < OLDEST {
        bail!(
            "{} is too old: {}; WebChat needs nats-server {}.{} or newer",
            program.display(),
            said.trim(),
            OLDEST.0,
            OLDEST.1
        );
    }
    Ok(program)
}

fn first_on(path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path)
        .map(|folder| folder.join("nats-server"))
        .find(|program| is_file(program))
}

fn is_file(program: &Path) -> bool {
    program.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Reads `nats-server: v2.15.1`.
fn parse_version(said: &str) -> Option<(u32, u32)> {
    let version = said.trim().rsplit_once('v')?.1;
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_nats_server_prints_it() {
        assert_eq!(parse_version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(parse_version("nats-server: v2.9.10"), Some((2, 9)));
        assert_eq!(parse_version("something else"), None);
    }
}
