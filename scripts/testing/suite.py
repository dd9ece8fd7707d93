"""A suite: commands that run one after the other, and the counts that their output says."""

import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

from testing.components import ROOT, advice

CARGO_RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed;")
NODE_RESULT = re.compile(r"^(?:#|\u2139) (pass|fail|cancelled|skipped) (\d+)$")
# The counts below are of tests that did not hold: a skipped one shows nothing.
NODE_FAILURES = ("fail", "cancelled", "skipped")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Suite:
    """`commands` all run, also after a failure. A suite of tests that ran none has failed."""

    name: str
    commands: list
    needs: tuple = ()
    has_tests: bool = False
    limit_minutes: int = 20
    environment: dict = field(default_factory=dict)


@dataclass
class Outcome:
    """What a suite did. `failed` is at least 1 if anything went wrong."""

    name: str
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    notes: list = field(default_factory=list)


def run(suite, places):
    """Runs a suite and shows its output as it comes."""
    print(f"\n=== {suite.name} ===", flush=True)
    outcome = Outcome(suite.name)
    started = time.monotonic()
    outcome.notes = [advice(component) for component in suite.needs if not places[component]]
    if not outcome.notes:
        for command in suite.commands:
            run_command(suite, command, outcome)
        if suite.has_tests and outcome.passed + outcome.failed == 0:
            outcome.notes.append("no test ran")
    if outcome.notes and not outcome.failed:
        outcome.failed = 1
    for note in outcome.notes:
        print(f"{suite.name}: {note}", flush=True)
    outcome.seconds = time.monotonic() - started
    return outcome


def run_command(suite, command, outcome):
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **suite.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    timed_out = threading.Event()
    timer = threading.Timer(suite.limit_minutes * 60, lambda: (timed_out.set(), end(process)))
    timer.start()
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            count(COLOURS.sub("", line).rstrip(), outcome)
        status = process.wait()
    except BaseException:
        end(process)
        raise
    finally:
        timer.cancel()
    if timed_out.is_set():
        outcome.notes.append(f"took more than {suite.limit_minutes} minutes")
    elif status != 0:
        outcome.notes.append(f"`{' '.join(map(str, command[:4]))}` ended with {status}")


def count(line, outcome):
    cargo = CARGO_RESULT.match(line)
    if cargo:
        outcome.passed += int(cargo.group(1))
        outcome.failed += int(cargo.group(2))
    node = NODE_RESULT.match(line)
    if node and node.group(1) in NODE_FAILURES:
        outcome.failed += int(node.group(2))
    elif node:
        outcome.passed += int(node.group(2))


def end(process):
    """Ends a command with everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
