"""The systemd unit: systemd itself reads it, and it fits the program."""

import re
import pathlib
import tempfile
import unittest

import house

UNIT = "deploy/systemd/rankloop.service"
# 10 is a service with every right; what systemd calls "OK" ends at 4.
MOST_EXPOSED = 2.0


def setting(name: str) -> str:
    return re.search(rf"^{name}=(.*)$", house.text(UNIT), re.M)[1]


def verify(text: str):
    """What systemd says of a unit whose program is one that this machine has."""
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.M)
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "rankloop.service"
        unit.write_text(text, encoding="utf-8")
        return house.run(house.program("systemd-analyze"), "--man=no", "verify", str(unit))


class Unit(unittest.TestCase):
    def test_systemd_reads_it_without_a_word(self):
        found = verify(house.text(UNIT))
        self.assertEqual((found.stderr, found.returncode), ("", 0))

    def test_systemd_would_notice_a_misspelt_setting(self):
        self.assertIn("ProtectSistem", verify(house.text(UNIT).replace("ProtectSystem", "ProtectSistem")).stderr)

    def test_it_exposes_little(self):
        found = house.run(house.program("systemd-analyze"), "security", "--offline=true", str(house.ROOT / UNIT))
        level = re.search(r"exposure level for rankloop.service: ([0-9.]+)", found.stdout)
        if level is None:
            self.skipTest(f"this systemd does not judge files (250 and newer do): {found.stderr.strip()}")
        self.assertLessEqual(float(level[1]), MOST_EXPOSED)

    def test_it_writes_where_its_state_is(self):
        data = re.search(r"RANKLOOP_DATA_DIR=(\S+)", setting("Environment"))[1]
        self.assertEqual(data, f"/var/lib/{setting('StateDirectory')}")

    def test_a_stop_gets_the_time_it_takes(self):
        self.assertGreaterEqual(int(setting("TimeoutStopSec")), house.seconds_to_stop())

    def test_its_variables_are_ones_that_the_server_reads(self):
        example = house.text("deploy/systemd/rankloop.env")
        named = set(re.findall(r"\b([A-Z_]+)=", setting("Environment"))) | set(re.findall(r"^#?([A-Z_]+)=", example, re.M))
        self.assertGreater(len(named), 5)
        self.assertLessEqual(named, house.settings_of_the_server())
        self.assertIn("RANKLOOP_NO_DEMO=true", setting("Environment").split())


if __name__ == "__main__":
    unittest.main()
