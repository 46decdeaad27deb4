"""The alerts and the dashboard: every expression parses and asks for metrics and labels that the program has."""

import functools
import json
import re
import tempfile
import unittest

import promql_parser

import house

ALERTS = "deploy/monitoring/alerts.yaml"
DASHBOARD = "deploy/monitoring/dashboard.json"
# What others measure: Prometheus itself, and Kubernetes.
FOREIGN = {
    "up",
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
}
# What Prometheus adds to each series, and the bounds of a histogram's buckets.
ADDED = {"job", "instance", "le"}
# Grafana puts values here before Prometheus sees the expression.
VARIABLES = {"$__rate_interval": "5m", "$__range": "1h", "$job": ".*", "$instance": ".*", "$loop": ".*"}


@functools.cache
def metrics() -> set[str]:
    """The series that the source defines, a histogram with its three."""
    source = house.sources()
    constants = dict(re.findall(r'const ([A-Z_]+): &str = "(rankloop_[a-z_]+)";', source))
    histograms = {constants.get(name, name.strip('"')) for name in re.findall(r'describe_histogram!\(\s*([A-Z_]+|"[a-z_]+")', source)}
    named = set(re.findall(r'(?:counter!|gauge!|set)\(\s*"(rankloop_[a-z_]+)"', source))
    named |= {constants[name] for name in re.findall(r"counter!\(([A-Z_]+)", source)}
    return named | {name + suffix for name in histograms for suffix in ("_bucket", "_sum", "_count")}


@functools.cache
def labels() -> set[str]:
    found = re.findall(r"\b(?:counter|gauge|histogram)!\(([^;]*);", house.sources())
    return ADDED | {label for call in found for label in re.findall(r'"([a-z_]+)" =>', call)}


def as_prometheus_sees(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def asked_of(expression: str) -> tuple[set[str], set[str]]:
    """The metrics that an expression asks for, and the labels by which it chooses and groups. Fails when it is no PromQL."""
    names, chosen = set(), set()

    def look(node) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            names.add(node.name)
            chosen.update(matcher.name for matcher in node.matchers.matchers)
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            chosen.update(node.modifier.labels)
        return True

    promql_parser.walk(promql_parser.parse(as_prometheus_sees(expression)), look)
    return names, chosen


def wrong(expression: str) -> list[str]:
    """What an expression asks for that nobody has. Whose labels others' metrics have, only they know."""
    names, chosen = asked_of(expression)
    return sorted(names - metrics() - FOREIGN) + (sorted(chosen - labels()) if not names & FOREIGN else [])


def rules() -> list[dict]:
    return [rule for group in house.read_yaml(ALERTS)["groups"] for rule in group["rules"]]


def panels() -> list[dict]:
    return json.loads(house.text(DASHBOARD))["panels"]


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


class Source(unittest.TestCase):
    def test_the_source_is_read_as_it_is_meant(self):
        self.assertLessEqual({"rankloop_http_requests_total", "rankloop_loop_lag_seconds", "rankloop_ready"}, metrics())
        self.assertLessEqual({"rankloop_log_commit_seconds_bucket", "rankloop_http_request_duration_seconds_sum"}, metrics())
        self.assertLessEqual({"route", "status", "method", "loop", "version"}, labels())

    def test_what_is_wrong_would_be_found(self):
        self.assertEqual(wrong("rate(rankloop_no_such_total[5m])"), ["rankloop_no_such_total"])
        self.assertEqual(wrong('rankloop_loop_ranked{lop="a"}'), ["lop"])
        self.assertEqual(wrong("sum by (rout) (rankloop_http_requests_total)"), ["rout"])
        self.assertEqual(wrong('sum by (job, loop) (rate(rankloop_loop_ranked{loop=~"a b_c"}[5m]))'), [])
        with self.assertRaises(ValueError):
            wrong("sum(rankloop_loop_ranked[5m]")


class Alerts(unittest.TestCase):
    def test_each_asks_for_what_there_is(self):
        for rule in rules():
            with self.subTest(rule["alert"]):
                self.assertEqual(wrong(rule["expr"]), [])

    def test_each_says_how_bad_it_is_and_what_to_do(self):
        names = [rule["alert"] for rule in rules()]
        self.assertEqual(len(names), len(set(names)))
        for rule in rules():
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
                self.assertEqual(set(rule["annotations"]), {"summary", "description"})
                self.assertGreater(len(rule["annotations"]["description"]), 60)

    def test_counters_that_every_process_tells_are_never_added_up(self):
        for expression in [rule["expr"] for rule in rules()] + expressions():
            added = re.search(r"sum(?: by \([^)]*\))? \((?:rate|increase)\(rankloop_loop_", expression)
            self.assertIsNone(added, expression)

    def test_promtool_takes_them_and_they_fire_when_they_should(self):
        promtool = house.program("promtool")
        checked = house.run(promtool, "check", "rules", str(house.ROOT / ALERTS))
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        tests = house.ROOT / "tests/deployment/alerts.yaml"
        tested = house.run(promtool, "test", "rules", str(tests))
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=tests.parent) as changed:
            changed.write(tests.read_text(encoding="utf-8").replace("RankloopSlowCommits", "RankloopFastCommits"))
            changed.flush()
            self.assertNotEqual(house.run(promtool, "test", "rules", changed.name).returncode, 0)


class Dashboard(unittest.TestCase):
    def test_each_panel_asks_for_what_there_is(self):
        self.assertGreater(len(expressions()), 30)
        for expression in expressions():
            with self.subTest(expression):
                self.assertEqual(wrong(expression), [])

    def test_panels_have_numbers_of_their_own_say_what_they_show_and_do_not_overlap(self):
        self.assertEqual(len({panel["id"] for panel in panels()}), len(panels()))
        taken = set()
        for panel in panels():
            with self.subTest(panel["title"]):
                self.assertTrue(panel["type"] == "row" or panel["description"])
                at = panel["gridPos"]
                cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
                self.assertLessEqual(at["x"] + at["w"], 24)
                self.assertEqual(cells & taken, set())
                taken |= cells

    def test_any_prometheus_can_be_chosen(self):
        board = json.loads(house.text(DASHBOARD))
        variables = {variable["name"]: variable for variable in board["templating"]["list"]}
        self.assertEqual(variables["datasource"]["query"], "prometheus")
        sources = {json.dumps(target["datasource"]) for panel in panels() for target in panel.get("targets", [])}
        self.assertEqual(sources, {'{"type": "prometheus", "uid": "${datasource}"}'})
        used = set(re.findall(r"\$(?:\{)?([a-z]+)", " ".join(expressions())))
        self.assertLessEqual(used, set(variables))
        for variable in variables.values():
            asked = re.search(r"label_values\((\w+)", variable.get("definition", ""))
            self.assertTrue(asked is None or asked[1] in metrics(), variable)


if __name__ == "__main__":
    unittest.main()
