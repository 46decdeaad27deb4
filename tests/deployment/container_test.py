"""The image, the compose files and what stands in front: they fit the program, and each other."""

import json
import pathlib
import re
import tempfile
import unittest

import house

COMPOSE = ["deploy/compose/compose.yaml", "deploy/compose/compose.single.yaml"]


def dockerfile() -> str:
    return house.text("Dockerfile")


def images(text: str) -> list[str]:
    """The images that the stages start from, with the arguments filled in."""
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, re.M))
    named = re.findall(r"^FROM (\S+)", text, re.M)
    return [re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], image) for image in named]


def is_pinned(image: str) -> bool:
    """Whether the tag names a version; `latest`, or none, is another image every week."""
    tag = image.partition("@")[0].partition(":")[2]
    return bool(re.search(r"\d", tag)) or tag in ("trixie-slim",)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def seconds(duration: str) -> int:
    minutes = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration)
    return int(minutes[1] or 0) * 60 + int(minutes[2] or 0)


def services(path: str) -> dict:
    return house.read_yaml(path)["services"]


def without_defaults(value: str) -> str:
    """`${NAME:-value}` as it is when nobody says NAME."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


class Dockerfile(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        found = house.run(house.program("hadolint"), "--format", "json", str(house.ROOT / "Dockerfile"))
        self.assertEqual(json.loads(found.stdout), [], found.stderr)

    def test_hadolint_would_find_something(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder) / "Dockerfile"
            bad.write_text("FROM debian\nRUN cd /tmp && apt-get install curl\n", encoding="utf-8")
            self.assertNotEqual(house.run(house.program("hadolint"), str(bad)).returncode, 0)

    def test_it_builds_with_a_rust_that_the_package_allows(self):
        rust = images(dockerfile())[0]
        self.assertTrue(rust.startswith("rust:"))
        self.assertGreaterEqual(numbers(rust), numbers(house.cargo()["rust-version"]))

    def test_what_was_built_runs_on_the_c_library_it_was_built_with(self):
        build, final = images(dockerfile())
        release = build.rsplit("-", 1)[1]
        self.assertEqual(final, f"debian:{release}-slim")

    def test_the_assets_lie_beside_the_program(self):
        self.assertIn("/out/rankloop", dockerfile())
        self.assertIn("/out/site", dockerfile())
        self.assertIn("COPY --from=build /out /opt/rankloop", dockerfile())
        self.assertIn('program.join("site")', house.text("src/server/site.rs"))

    def test_it_is_nobody_with_rights(self):
        user = re.findall(r"^USER (\d+):(\d+)$", dockerfile(), re.M)
        pod = house.read_yaml("deploy/helm/rankloop/values.yaml")["podSecurityContext"]
        self.assertEqual(user, [(str(pod["runAsUser"]), str(pod["runAsGroup"]))])

    def test_its_variables_are_ones_that_the_server_reads(self):
        named = set(re.findall(r"\b(RANKLOOP_[A-Z_]+)=", dockerfile())) - {"RANKLOOP_TOOLS"}
        self.assertLessEqual(named, house.settings_of_the_server())

    def test_the_build_gets_every_file_that_cargo_names(self):
        ignored = {line.strip() for line in house.text(".dockerignore").splitlines() if not line.startswith(("#", "!"))}
        named = re.findall(r'^path = "([^"/]+)/', house.text("Cargo.toml"), re.M)
        needed = {*named, "src", "benches", "migrations", "public", "style", "scripts", "Cargo.lock", "Makefile", ".cargo"}
        self.assertTrue(all((house.ROOT / path).exists() for path in needed))
        self.assertEqual(needed & ignored, set())

    def test_the_probe_is_sound_and_answers_for_a_server_that_is_not_there(self):
        probe = str(house.DEPLOY / "container" / "probe.sh")
        self.assertEqual(house.run("bash", "-n", probe).stderr, "")
        # Port 1 belongs to nobody.
        self.assertNotEqual(house.run("env", "RANKLOOP_ADDR=127.0.0.1:1", "bash", probe, "/readyz").returncode, 0)


class Compose(unittest.TestCase):
    def test_the_files_are_what_the_specification_says(self):
        paths = [str(house.ROOT / path) for path in COMPOSE]
        check = [house.program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
        found = house.run(*check, *paths)
        self.assertEqual(found.returncode, 0, found.stdout)
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder) / "compose.yaml"
            bad.write_text("services: {a: {imagee: b}}\n", encoding="utf-8")
            self.assertNotEqual(house.run(*check, str(bad)).returncode, 0)

    def test_images_are_pinned(self):
        found = [without_defaults(service["image"]) for path in COMPOSE for service in services(path).values()]
        self.assertEqual([image for image in found if not is_pinned(image)], [])
        self.assertEqual([image for image in images(dockerfile()) if not is_pinned(image)], [])
        self.assertEqual([is_pinned(image) for image in ("nginx", "nginx:latest", "nginx:1.28.0")], [False, False, True])

    def test_ours_is_the_version_of_this_source(self):
        for path in COMPOSE:
            image = without_defaults(services(path)["rankloop"]["image"])
            self.assertEqual(image, f"rankloop:{house.cargo()['version']}")

    def test_three_processes_share_one_postgresql_and_one_has_none(self):
        many, single = services(COMPOSE[0]), services(COMPOSE[1])
        self.assertEqual(many["rankloop"]["deploy"]["replicas"], 3)
        self.assertIn("@postgres:5432/", many["rankloop"]["environment"]["DATABASE_URL"])
        self.assertNotIn("DATABASE_URL", single["rankloop"]["environment"])
        self.assertNotIn("deploy", single["rankloop"])
        self.assertIn("data:/var/lib/rankloop", single["rankloop"]["volumes"])

    def test_variables_are_ones_that_the_server_reads(self):
        for path in COMPOSE:
            there = services(path)["rankloop"]["environment"]
            self.assertLessEqual(set(there), house.settings_of_the_server())
            # Anything but these two words is refused at the start.
            self.assertIn(without_defaults(there["RANKLOOP_NO_DEMO"]), ("true", "false"))

    def test_secrets_come_from_outside(self):
        example = dict(line.split("=", 1) for line in house.text("deploy/compose/.env.example").splitlines() if re.match("[A-Z]", line))
        self.assertEqual(example, {"POSTGRES_PASSWORD": "", "RANKLOOP_ADMIN_TOKEN": ""})
        asked = re.findall(r"\$\{(\w+):\?", house.text(COMPOSE[0]))
        self.assertEqual(set(asked), set(example))
        self.assertIn("/deploy/compose/.env", house.text(".gitignore").splitlines())

    def test_ready_is_asked_of_a_probe_that_the_image_has(self):
        for path in COMPOSE:
            self.assertEqual(services(path)["rankloop"]["healthcheck"]["test"], ["CMD", "/opt/rankloop/probe", "/readyz"])
        self.assertIn("deploy/container/probe.sh /opt/rankloop/probe", dockerfile())

    def test_a_stop_gets_the_time_it_takes(self):
        for path in COMPOSE:
            self.assertGreaterEqual(seconds(services(path)["rankloop"]["stop_grace_period"]), house.seconds_to_stop())

    def test_mounted_files_are_there(self):
        for path in COMPOSE:
            folder = (house.ROOT / path).parent
            mounts = [mount.split(":")[0] for service in services(path).values() for mount in service.get("volumes", [])]
            missing = [mount for mount in mounts if mount.startswith(".") and not (folder / mount).exists()]
            self.assertEqual(missing, [])
            self.assertTrue((folder / services(path)["rankloop"]["build"]["context"] / "Dockerfile").exists())


class Nginx(unittest.TestCase):
    def setUp(self):
        path = str(house.DEPLOY / "compose" / "nginx.conf")
        self.parsed = json.loads(house.run(house.program("crossplane"), "parse", path).stdout)

    def test_it_parses(self):
        self.assertEqual((self.parsed["status"], self.parsed["errors"]), ("ok", []))

    def test_it_asks_all_containers_and_repeats_no_post(self):
        text = json.dumps(self.parsed)
        self.assertIn('"args": ["rankloop:8080", "resolve"', text)
        self.assertNotIn("non_idempotent", text)

    def test_it_takes_as_large_a_body_as_the_server(self):
        most = re.search(r"MAX_FILE_BYTES: usize = (\d+) \* 1024 \* 1024", house.text("src/api/limits.rs"))
        allowed = re.search(r"client_max_body_size (\d+)m;", house.text("deploy/compose/nginx.conf"))
        self.assertGreater(int(allowed[1]), int(most[1]))

    def test_pages_that_follow_a_loop_are_not_buffered(self):
        self.assertIn('"/live/', house.text("src/web/live.rs"))
        location = re.search(r"location /live/ \{(.*?)\}", house.text("deploy/compose/nginx.conf"), re.S)
        self.assertIn("proxy_buffering off;", location[1])


if __name__ == "__main__":
    unittest.main()
