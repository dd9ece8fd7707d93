//! The child server's configuration, from the templates that are compiled in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

const SERVER: &str = include_str!("../../../config/nats/standalone.conf");
const PERMISSIONS: &str = include_str!("../../../config/nats/permissions.conf");

const FILE: &str = "nats-server.conf";

/// Writes the configuration below `home` and says where it is.
///
/// # Errors
/// A file cannot be written.
pub fn write(home: &Path, port: u16) -> anyhow::Result<PathBuf> {
    let store = home.join("jetstream");
    let server = SERVER
        .replace("{{port}}", &port.to_string())
        .replace("{{store_dir}}", &store.display().to_string());
    let file = home.join(FILE);
    for (path, text) in [
        (&file, server.as_str()),
        (&home.join("permissions.conf"), PERMISSIONS),
    ] {
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(file)
}

/// Where the server with the configuration below `home` listens; `None` where there is none.
pub fn url_in(home: &Path) -> Option<String> {
    let text = fs::read_to_string(home.join(FILE)).ok()?;
    let mut lines = text.lines();
    let address = lines.find_map(|line| line.trim().strip_prefix("listen:"))?;
    Some(format!("nats://{}", address.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_listens_on_loopback_and_keeps_its_store_in_the_data_folder() {
        let home = tempfile::tempdir().unwrap();
        let file = write(home.path(), 14222).unwrap();
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains("127.0.0.1:14222"));
        assert!(text.contains(&home.path().join("jetstream").display().to_string()));
        assert!(!text.contains("{{"));
        assert_eq!(url_in(home.path()).unwrap(), "nats://127.0.0.1:14222");
    }
}
