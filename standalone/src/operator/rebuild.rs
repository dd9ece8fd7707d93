//! `webchat rebuild`: SQL's rows of rooms, pairs, messages and read positions, made anew.

use bootstrap::Shutdown;
use workers::persistence::{self, Part, Remade};

use super::{Deployment, say};

/// Runs the command.
///
/// # Errors
/// SQL has what the streams have lost, or the broker or the database is away. It can be repeated.
pub async fn run(deployment: &Deployment) -> anyhow::Result<()> {
    let database = deployment.database().await?;
    let shutdown = Shutdown::new();
    for part in Part::ALL {
        let remade = persistence::rebuild(&deployment.broker, &database, part, &shutdown).await?;
        say(&line_of(part, remade))?;
    }
    say("accounts, older rows and public events are as they were")
}

fn line_of(part: Part, remade: Remade) -> String {
    let what = match part {
        Part::Messages => "messages",
        Part::Rooms => "rooms and pairs",
        Part::ReadPositions => "read positions",
    };
    let Remade {
        stream,
        first,
        until,
        events,
        unreadable,
        refused,
    } = remade;
    if events + unreadable + refused == 0 {
        return format!("{what}: {stream} retains nothing of what is stored");
    }
    let mut line = format!("{what}: made anew from {events} events of {stream} {first} to {until}");
    if unreadable + refused > 0 {
        line += &format!(
            "; left alone: {unreadable} that cannot be read, {refused} that the database refuses"
        );
    }
    line
}
