"""Checks the Grafana dashboard: check-monitoring.py dashboard.json rules.yaml (see check-monitoring.sh).

Writes every query of the dashboard as a recording rule, so that promtool can parse it."""

import json
import pathlib
import sys


def panels_of(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def faults_of(dashboard):
    """Yields what Grafana would accept but draw wrongly, or not at all."""
    seen, cells = set(), {}
    for panel in panels_of(dashboard):
        title, place = panel["title"], panel["gridPos"]
        if panel["id"] in seen:
            yield f"{title}: the id {panel['id']} is used twice"
        seen.add(panel["id"])
        if place["x"] + place["w"] > 24:
            yield f"{title}: exceeds the width of 24"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if other := cells.get((x, y)):
                    yield f"{title}: overlaps {other}"
                    break
                cells[x, y] = title
        if panel["type"] == "row":
            continue
        if panel["type"] not in ("stat", "timeseries"):
            yield f"{title}: unknown type {panel['type']}"
        if not panel["targets"]:
            yield f"{title}: has no query"
        for target in panel["targets"]:
            for part in (panel, target):
                if part["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                    yield f"{title}: does not use the variable datasource"
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    if names != {"datasource", "job", "instance"}:
        yield f"variables: {sorted(names)}"


def main(dashboard_path, rules_path):
    dashboard = json.loads(pathlib.Path(dashboard_path).read_text(encoding="utf-8"))
    faults = list(faults_of(dashboard))
    rules = []
    for panel in panels_of(dashboard):
        for target in panel.get("targets", []):
            query = target["expr"].replace("$__rate_interval", "5m").replace("$job", "job").replace("$instance", ".*")
            if "$" in query:
                faults.append(f"{panel['title']}: unknown variable in {target['expr']}")
            rules.append({"record": f"panel_{panel['id']}_{target['refId']}", "expr": query})
    for fault in faults:
        print(f"{dashboard_path}: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    # JSON is YAML.
    document = {"groups": [{"name": "dashboard", "rules": rules}]}
    pathlib.Path(rules_path).write_text(json.dumps(document), encoding="utf-8")
    print(f"{dashboard_path}: {len(rules)} queries")


main(*sys.argv[1:])
