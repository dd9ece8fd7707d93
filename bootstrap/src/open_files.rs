//! The limit of open files: each socket is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit to the hard one. What the system refuses stays as it was.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => tracing::debug!(open_files = limit.maximum, "open file limit"),
        Err(error) => tracing::warn!(
            open_files = limit.current,
            %error,
            "the limit of open files could not be raised"
        ),
    }
}
