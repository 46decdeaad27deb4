#!/usr/bin/env bash
# with_profile.sh COMMAND…: runs a build whose compiler knows where the server spends its time (profile-guided
# optimisation, `make build PGO=1`). First a server is built that counts what it does, and is let work (train.mjs); that
# takes as long as the build itself. A call takes 3 to 4 % less processor time then, and on a machine whose caches others
# use, a tenth and more.
#
# What is counted goes by the names of functions, which change with the sources, the version of Rust and the type of
# machine. So the counts are made where they are used, and are not kept with the sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf 'pgo: %s\n' "$*"; }

host="$(rustc --version --verbose | sed -n 's/^host: //p')"
flags_of_host="CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$host")_RUSTFLAGS"
# They take the place of those in .cargo/config.toml, so these are said again; and RUSTFLAGS would take theirs.
flags="--cfg erase_components${RUSTFLAGS:+ $RUSTFLAGS}"
unset RUSTFLAGS
llvm_profdata="$(rustc --print target-libdir)/../bin/llvm-profdata"
folder="$(mkdir -p "${CARGO_TARGET_DIR:-target}/pgo" && cd "${CARGO_TARGET_DIR:-target}/pgo" && pwd)"
counting="$folder/release/rankloop"
profile="$folder/rankloop.profdata"

say "Building a server that counts what it does."
# As `cargo leptos build --release` builds it: what it is built as stands in the names of functions, too.
env "$flags_of_host=$flags -Cprofile-generate=$folder/counts" CARGO_TARGET_DIR="$folder" \
    cargo build --locked --release --package rankloop --bin rankloop --no-default-features --features ssr

if [ ! "$profile" -nt "$counting" ]; then
    # The compiler's own helpers were built with the same flags and have left counts too.
    rm -rf "$folder/counts"
    say "Letting it work on SQLite."
    node scripts/pgo/train.mjs "$counting"
    if tests/with_postgres.sh true 2>/dev/null; then
        say "Letting it work on a temporary PostgreSQL."
        # shellcheck disable=SC2016 # The variable belongs to the shell that is started.
        tests/with_postgres.sh sh -c 'exec node scripts/pgo/train.mjs "$1" "$RANKLOOP_TEST_POSTGRES_URL"' sh "$counting"
    else
        say "There is no PostgreSQL here, so what is done for it is not counted."
    fi
    "$llvm_profdata" merge --output "$profile.new" "$folder/counts"
    mv "$profile.new" "$profile"
fi

# Always the same path: cargo builds dependencies anew when a flag changes, and they need not be for other counts.
env "$flags_of_host=$flags -Cprofile-use=$profile" "$@"
