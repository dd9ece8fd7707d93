# make run     everything on this machine, at the URL it prints; Ctrl-C ends it
# make test    everything that must hold before a change is merged
# Both set up what is missing first.

.DEFAULT_GOAL := run
.PHONY: run test test-long build fmt

run:
	@exec scripts/run

test:
	@exec scripts/test

# What takes longer: the ignored tests, and the release build started, stopped and killed.
test-long:
	@exec scripts/test --long

build:
	cargo build --release --locked --workspace

fmt:
	cargo fmt --all
