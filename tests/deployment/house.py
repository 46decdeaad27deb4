"""Where things are, and how the tests read them."""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def read_yaml(path: str) -> dict:
    return yaml.safe_load(text(path))


def cargo() -> dict:
    """The package's part of Cargo.toml."""
    return tomllib.loads(text("Cargo.toml"))["package"]


@functools.cache
def sources() -> str:
    """All that the program is made of, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.rs")))


def settings_of_the_server() -> set[str]:
    """The environment variables that the program reads."""
    said = re.findall(r'env = "([A-Z_]+)"', sources())
    secrets = re.findall(r'secret_from_environment\("([A-Z_]+)"\)', sources())
    return {*said, *secrets, "RUST_LOG"}


def seconds_to_stop() -> int:
    """How long the server takes to end at most, as its own source says, and two seconds for what it does not count."""
    parts = re.findall(r"pub const (?:IN_FLIGHT|FLUSH): Duration = Duration::from_secs\((\d+)\)", text("src/server/shutdown.rs"))
    assert len(parts) == 2, "src/server/shutdown.rs does not say any more how long a stop takes"
    return sum(map(int, parts)) + 2


def program(name: str) -> str:
    """A program beside this Python or on the path; without it the test is skipped, and says so."""
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise unittest.SkipTest(f"there is no {name} here (scripts/setup.sh deploy installs it where it can)")
    return found


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
