# The one door: `just` alone lists what there is.

set positional-arguments

export RUST_BACKTRACE := env("RUST_BACKTRACE", "1")

[private]
default:
    @just --list --unsorted

# Start the blog on http://127.0.0.1:8080 with its data in ./data
run *ARGS:
    cargo run --release --locked -- "$@"

# Build the binary, target/release/inkstand
build:
    cargo build --release --locked

# Format all code
fmt:
    cargo fmt --all

# Check the format of all code
fmt-check:
    cargo fmt --all --check

# Lint everything; a warning is an error
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Check licences, banned crates and where crates come from
deny:
    cargo deny --locked --all-features check --hide-inclusion-graph licenses bans sources

# Build the documentation; a broken link is an error
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --locked

# Run the tests, or those that match: `just test permalink` (PostgreSQL ones need `just postgres` or `just ci`)
test *ARGS:
    cargo nextest run --workspace --locked "$@"
    {{ if ARGS == "" { "cargo test --doc --workspace --locked --quiet" } else { "" } }}

# Kill and starve it for long: two hundred rounds, or ROUNDS (PostgreSQL ones need `just postgres`)
crash ROUNDS="200":
    INKSTAND_CRASH_ROUNDS="$1" cargo nextest run --workspace --locked --profile long --no-capture -E 'test(crash::)'

# Everything that has to be green, with what it needs installed: the README's test command
ci *STEPS:
    bash .ci/test "$@"

# Write schema/inkstand.graphql and schema/database anew from the code (the latter needs `just postgres`)
schema:
    cargo run --quiet --locked -- schema > schema/inkstand.graphql
    INKSTAND_UPDATE_SCHEMA=1 cargo nextest run --workspace --locked -E 'test(ops::schema)'

# Build the image localhost/inkstand of deploy/Dockerfile, with docker or podman
image *FLAGS:
    bash .ci/image "$@"

# Put a stripped binary, what it is made of, and checksums into target/dist
dist:
    bash .ci/dist

# Measure start to first answer, with the sample blog or with POSTS (a folder or archive of Markdown)
bench-start *POSTS: build
    bash .ci/bench-start "$@"

# Measure requests a second beside a bare handler and stock async-graphql, on both databases (`just bench --help`)
bench *ARGS:
    bash .ci/bench "$@"

# Measure what following, crashing and growing cost: `just bench-replicas lag catch-up restart throughput lease writes`
bench-replicas *ARGS:
    bash .ci/bench replicas "$@"

# Measure the search beside raw tantivy, SQLite FTS5 and PostgreSQL (`just bench-search --help`)
bench-search *ARGS:
    bash .ci/bench-search speed "$@"

# Measure whether the right entries stand first, on the collections of ../shared/data
bench-search-quality *ARGS:
    bash .ci/bench-search quality "$@"

# Install the clients of others (npm), against which tests run
peers:
    npm ci --prefix tests/peers --ignore-scripts --no-audit --no-fund

# A throw-away PostgreSQL: `just postgres` prints its URL, `just postgres stop` removes it
postgres COMMAND="start":
    @bash .ci/postgres "$1"
