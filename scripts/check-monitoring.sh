#!/usr/bin/env bash
# Checks the Prometheus rules, their tests and the queries of the Grafana dashboard with promtool (Debian: prometheus).
set -euo pipefail
cd "$(dirname "$0")/.."

# Only the program is used, so the package is unpacked and not installed: it would start a Prometheus server.
tools=$PWD/.local/prometheus
if ! command -v promtool >/dev/null 2>&1; then
    if [ ! -x "$tools/usr/bin/promtool" ]; then
        echo "check-monitoring: unpacking Debian's prometheus into .local/prometheus" >&2
        rm -rf "$tools"
        mkdir -p "$tools"
        (cd "$tools" && apt-get --quiet --quiet download prometheus && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb)
    fi
    PATH=$tools/usr/bin:$PATH
fi
promtool check rules deploy/prometheus/alerts.yaml
promtool test rules deploy/prometheus/alerts.test.yaml
promtool check config --syntax-only deploy/prometheus/scrape.yaml
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 scripts/check-monitoring.py deploy/grafana/quietanza.json "$folder/dashboard.yaml"
promtool check rules "$folder/dashboard.yaml"
