#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks, and says so; silent where nothing is missing.
#
#     scripts/setup.sh web        the wasm target, cargo-leptos, wasm-bindgen and wasm-opt, for a build
#     scripts/setup.sh pgo        what reads the counts of a build with PGO=1
#     scripts/setup.sh lint       rustfmt, clippy and cargo-deny
#     scripts/setup.sh postgres   the PostgreSQL programs, for the tests on that database
#     scripts/setup.sh browser    Playwright and a Chromium, for the browser tests
#     scripts/setup.sh lighthouse Lighthouse, which looks at pages as a search engine's people would
#     scripts/setup.sh deploy     what checks deploy/ and the Dockerfile: Helm's engine, hadolint, promtool …
#
# Programs go into $RANKLOOP_TOOLS (the Makefile puts it on the PATH), so nothing that other projects use changes its
# version. Only system packages are installed for everybody, and only on Debian, as root.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools="${RANKLOOP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/rankloop/tools}"
PATH="$tools/bin:$tools/npm/node_modules/.bin:$PATH"

# The newest that installs on the Rust we build with.
cargo_leptos_version=0.3.10
cargo_deny_version=0.20.2
binaryen_version=132.0.0
lighthouse_version=12.8.2

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
needs() { has "$1" || fail "this needs $1: $2"; }

# is_version COMMAND… VERSION: whether what the command prints names this version.
is_version() {
    local expected="${*: -1}"
    "${@:1:$#-1}" 2>/dev/null | grep -qwF -- "$expected"
}

# install_crate NAME VERSION OPT_LEVEL [OPTION…]: a program from its crate, in the tools folder.
# Link-time optimisation and, for big programs that run seldom, optimisation at all cost more than they bring here.
install_crate() {
    local name="$1" version="$2" opt_level="$3"
    shift 3
    if has cargo-binstall; then
        say "Fetching $name $version with cargo binstall."
        cargo binstall --no-confirm --root "$tools" "$name@$version" && return
    fi
    say "Building $name $version from source; this is done once and takes some minutes."
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL="$opt_level" CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install --quiet --force --root "$tools" "$name" --version "$version" "$@"
}

is_debian_root() { [ "$(id -u)" = 0 ] && [ -r /etc/os-release ] && grep -q '^ID=debian' /etc/os-release; }

apt_install() {
    say "Installing Debian's $*."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The version of the crate in Cargo.lock; the command-line tool must be the very same.
wasm_bindgen_version() { grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p'; }

rust_component() {
    if has rustup && ! rustup component list --installed | grep -q "^$1"; then
        say "Adding Rust's $1."
        rustup component add "$1"
    fi
}

set_up_web() {
    needs cargo "install Rust with https://rustup.rs"
    needs cc "install a C compiler (Debian: build-essential, macOS: xcode-select --install)"
    needs npm "install Node.js 20 or newer"
    if has rustup && ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
        say "Adding Rust's wasm32-unknown-unknown target, for the browser half."
        rustup target add wasm32-unknown-unknown
    fi
    if ! is_version cargo leptos --version "$cargo_leptos_version"; then
        needs perl "cargo-leptos builds OpenSSL with it"
        install_crate cargo-leptos "$cargo_leptos_version" 0 --locked
    fi
    # Without --locked: what it locks may lag behind what a registry mirror still has.
    if ! is_version wasm-bindgen --version "$(wasm_bindgen_version)"; then
        install_crate wasm-bindgen-cli "$(wasm_bindgen_version)" 1
    fi
    if ! has wasm-opt; then
        say "Installing wasm-opt (binaryen $binaryen_version) from npm."
        npm install --silent --no-audit --no-fund --prefix "$tools/npm" "binaryen@$binaryen_version"
    fi
}

set_up_pgo() {
    rust_component llvm-tools
    [ -x "$(rustc --print target-libdir)/../bin/llvm-profdata" ] ||
        fail "PGO=1 needs llvm-profdata: install Rust with https://rustup.rs"
}

set_up_lint() {
    rust_component rustfmt
    rust_component clippy
    if ! is_version cargo deny --version "$cargo_deny_version"; then
        install_crate cargo-deny "$cargo_deny_version" 0 --locked
    fi
}

has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

set_up_postgres() {
    has_postgres && return
    if is_debian_root; then
        apt_install postgresql
    fi
    has_postgres || fail "the tests need PostgreSQL's programs (initdb, postgres): install PostgreSQL 14 or newer"
}

has_chromium() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        has "$name" && return
    done
    # Playwright's own, where an earlier run fetched it.
    (cd end2end && node -e 'process.exit(require("fs").existsSync(require("@playwright/test").chromium.executablePath()) ? 0 : 1)')
}

set_up_browser() {
    needs npm "install Node.js 20 or newer"
    if ! cmp --silent end2end/package-lock.json end2end/node_modules/.installed-from; then
        say "Installing Playwright and axe from npm into end2end/node_modules."
        (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund)
        cp end2end/package-lock.json end2end/node_modules/.installed-from
    fi
    has_chromium && return
    if is_debian_root; then
        apt_install chromium
    else
        say "Fetching Playwright's Chromium."
        (cd end2end && npx playwright install chromium)
    fi
    has_chromium || fail "the browser tests need a Chromium: install chromium or google-chrome"
}

set_up_lighthouse() {
    needs npm "install Node.js 20 or newer"
    local installed="$tools/npm/node_modules/lighthouse/package.json"
    grep -qsF "\"version\": \"$lighthouse_version\"" "$installed" && return
    say "Installing Lighthouse $lighthouse_version from npm."
    PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-audit --no-fund --prefix "$tools/npm" "lighthouse@$lighthouse_version"
}

# A Python of its own: nothing of what it gets is for anybody else.
set_up_deploy() {
    local venv="$tools/deploy" needed=tests/deployment/requirements.txt
    if ! cmp --silent "$needed" "$venv/.installed-from"; then
        needs python3 "install Python 3.11 or newer"
        if ! python3 -c 'import ensurepip' 2>/dev/null && is_debian_root; then
            apt_install python3-venv
        fi
        say "Installing what checks the deployment material from PyPI into $venv."
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement "$needed"
        cp "$needed" "$venv/.installed-from"
    fi
    set_up_promtool
}

# Debian has promtool only together with a Prometheus that would start; so the package is unpacked and not installed.
# Elsewhere whoever has none goes without: the checks say so.
set_up_promtool() {
    has promtool && return
    is_debian_root || return 0
    say "Unpacking promtool from Debian's prometheus."
    local folder
    folder="$(mktemp -d)"
    apt-get update -qq
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root prometheus && dpkg-deb --extract prometheus_*.deb .)
    mkdir -p "$tools/bin"
    mv "$folder/usr/bin/promtool" "$tools/bin/promtool"
    rm -rf "$folder"
}

mkdir -p "$tools"
for part in "$@"; do
    case "$part" in
        web | pgo | lint | postgres | browser | lighthouse | deploy) "set_up_$part" ;;
        *) fail "no such part: $part (web, pgo, lint, postgres, browser, lighthouse, deploy)" ;;
    esac
done
