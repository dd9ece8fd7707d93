# make run     everything on this machine, at the URL it prints; Ctrl-C ends it
# make test    everything that must hold before a change is merged
# Both set up what is missing first.

.DEFAULT_GOAL := run
.PHONY: run test test-long soak eval simulate build fmt

run:
	@exec scripts/run

test:
	@exec scripts/test

# What takes longer: the ignored tests, and the release build started, stopped and killed.
test-long:
	@exec scripts/test --long

# All faults at once for so long, half of it on one nats-server and half on three; WEBCHAT_FAULT_SEED repeats a seed.
MINUTES ?= 30
soak:
	@exec scripts/test --soak $(MINUTES)

# How well the matching model matches, on the data in MATCHING_DATA: docs/MATCHING.md.
eval:
	@exec scripts/eval

build:
	cargo build --release --locked --workspace

fmt:
	cargo fmt --all

# Tries pairing policies on synthetic queues: a table, and the picture in docs. Fails where a case misses the goals that docs/PAIRING.md says it meets.
simulate:
	cargo run --release --locked -p webchat-matching-eval --bin simulate -- docs/matching-policies.svg
