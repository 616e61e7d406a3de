"""`make ha-test`, started by scripts/ha-test.sh inside namespaces of its own: failovers under load, then the invariants.

Prints tables of Markdown. Ends with status 1 when an invariant is violated, a failover takes longer than the limit, or a status was
seen that callers should not see.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import checks
from load import Ledger, Load
from nodes import Cluster, Node, sql, wait_until
from stack import FRONT, INSTANCES, Stack

FAILOVERS = int(os.environ.get("HA_FAILOVERS", "10"))
WRITERS, READERS = int(os.environ.get("HA_WRITERS", "6")), int(os.environ.get("HA_READERS", "3"))
MAXIMUM_SECONDS = 15

# Name, what happens, and how the node comes back.
Fault = tuple[str, Callable[[Node], None], Callable[[Node], None]]
KILL: Fault = ("killed", Node.kill, Node.restart)
CUT: Fault = ("cut off from everyone", Node.cut, Node.end_cut)
ISOLATE: Fault = ("cut off from the other nodes", Node.isolate, Node.end_isolation)
FREEZE: Fault = ("frozen", Node.freeze, Node.thaw)
ORDER = [KILL, CUT, KILL, ISOLATE, KILL, FREEZE, KILL, CUT, KILL, ISOLATE]


def say(text: str) -> None:
    print(f"== {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def ready(load: Load, stack: Stack) -> None:
    if load.error:
        raise load.error
    if stack.ended():
        raise RuntimeError(f"ended: {', '.join(stack.ended())}")


class Failover:
    """One failover: the row that it adds to the table."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.name, self.break_node, self.repair_node = fault
        self.seconds = self.promoted = self.rejoined = 0.0
        self.failed = self.acknowledged = 0
        self.former = self.new = ""

    def run(self, cluster: Cluster, load: Load, ledger: Ledger) -> None:
        node = cluster.primary()
        self.former = node.name
        began = time.monotonic()
        self.break_node(node)
        others = [other for other in cluster.nodes if other is not node]
        wait_until("a new primary", 90, lambda: self.new_primary(others), 0.1)
        self.promoted = time.monotonic() - began
        sure = time.monotonic()
        wait_until("an acknowledged RT", 90, lambda: ledger.last_acknowledged() > sure + 0.5, 0.1)
        time.sleep(3)
        self.repair_node(node)
        repaired = time.monotonic()
        cluster.await_health(180)
        self.rejoined = time.monotonic() - repaired
        end = time.monotonic()
        self.seconds = ledger.longest_gap(began, end)
        with ledger.lock:
            self.failed = sum(1 for at, _, status in ledger.failures if at >= began and status != "409")
            self.acknowledged = sum(1 for at in ledger.times if at >= began)

    def new_primary(self, others: list[Node]) -> bool:
        for node in others:
            try:
                answer = subprocess.run(
                    ["psql", "-X", "-At", "-c", "SELECT pg_is_in_recovery()",
                     f"postgresql://postgres@{node.address}/postgres?connect_timeout=2"],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5)
            except subprocess.TimeoutExpired:
                continue
            if answer.stdout.strip() == "f":
                self.new = node.name
                return True
        return False

    def row(self) -> str:
        cells = (self.number, f"{self.former} {self.name}", self.new, f"{self.promoted:.1f}", f"{self.seconds:.1f}", self.failed,
                 self.acknowledged, f"{self.rejoined:.0f}")
        return "| " + " | ".join(map(str, cells)) + " |"


def rolling_restart(stack: Stack, ledger: Ledger) -> int:
    """Restarts the instances one after the other. Returns the number of requests that did not get 2xx meanwhile."""
    began = time.monotonic()
    for port in INSTANCES:
        stack.restart_instance(port)
        time.sleep(4)
    with ledger.lock:
        return sum(1 for at, _, status in ledger.failures if at >= began and status != "409")


def written() -> tuple[int, int]:
    """The size of the database, and the bytes of WAL so far."""
    row = sql("SELECT pg_database_size('quietanza'), (pg_current_wal_lsn() - '0/0')::bigint")[0].split("|")
    return int(row[0]), int(row[1])


def report(
    failovers: list[Failover], ledger: Ledger, restarts: int, copies: tuple[int, int], kilobytes: tuple[float, float],
    found: list[str],
) -> int:
    print(f"\n{len(failovers)} failovers under load, {WRITERS} writers and {READERS} readers, {os.cpu_count()} cores for everything\n")
    print("| | The primary is | new primary | promoted after s | longest time without an acknowledged RT, s | requests not 2xx "
          "| RTs acknowledged in this round | rejoined after s |")
    print("|---|---|---|---|---|---|---|---|")
    for failover in failovers:
        print(failover.row())
    seconds = [failover.seconds for failover in failovers]
    slow = max(seconds, default=0)
    print(f"\nTime without an acknowledged RT: p50 {statistics.median(seconds):.1f} s, max {slow:.1f} s.\n")
    print("| Request | Statuses |")
    print("|---|---|")
    for kind in sorted(ledger.statuses):
        counts = ledger.statuses[kind]
        print(f"| {kind} | " + ", ".join(f"{status}: {counts[status]}" for status in sorted(counts)) + " |")
    delivered, doubled = copies
    print("\n| Counted | |\n|---|---|")
    print(f"| RTs acknowledged | {len(ledger.times)} |")
    print(f"| positions created, payment attempts started | {len(ledger.positions)}, {len(ledger.attempts)} |")
    print(f"| e-mails delivered / of these, copies with the same Message-ID | {delivered} / {doubled} |")
    print(f"| database / WAL per acknowledged RT, with its position, payment and e-mails | {kilobytes[0]:.1f} / {kilobytes[1]:.1f} KB |")
    print(f"| requests not 2xx while both instances restarted, one after the other | {restarts} |")
    print(f"| **invariants violated** | **{len(found)}** |")
    # 409: a start whose key is still in use by its first request. 502: a start that ended between its call of the PSP and its answer.
    expected = {"start a payment": {"409", "502", "503"}}
    strange = [f"{kind}: {status}" for kind, counts in ledger.statuses.items() for status in counts
               if not status.startswith("2") and status not in expected.get(kind, {"503"})]
    for text in found + strange + ledger.faults:
        print(f"\n* {text}")
    return 1 if found or strange or slow > MAXIMUM_SECONDS else 0


def main() -> int:
    folder, binaries, postgres, project = sys.argv[1:5]
    cluster = Cluster(folder, postgres)
    say("starting etcd, Patroni and PostgreSQL on three nodes")
    cluster.start()
    stack = Stack(folder, binaries, project)
    say("starting the service")
    demo = stack.start()
    before = written()
    ledger = Ledger(folder + "/ledger.jsonl")
    load = Load(FRONT, demo, ledger, WRITERS, READERS)
    load.start()
    wait_until("the first acknowledged RTs", 60, lambda: load.error or len(ledger.times) > 20)
    failovers = []
    for number in range(1, FAILOVERS + 1):
        ready(load, stack)
        failover = Failover(number, ORDER[(number - 1) % len(ORDER)])
        say(f"failover {number}: the primary is {failover.name}")
        failover.run(cluster, load, ledger)
        say(failover.row())
        failovers.append(failover)
        time.sleep(2)
    after = written()
    kilobytes = tuple((after[i] - before[i]) / 1_000 / max(1, len(ledger.times)) for i in (0, 1))
    say("restarting the instances one after the other")
    restarts = rolling_restart(stack, ledger)
    ready(load, stack)
    load.is_over = True
    load.join(120)
    if load.is_alive():
        raise RuntimeError("the load did not end")
    say("waiting for the e-mails")
    wait_until("every e-mail is sent", 1200, lambda: checks.retry_mails(stack, demo), 1)
    found = checks.violations(project + "/scripts/invariants.sql", ledger)
    copies = checks.mails(found)
    return report(failovers, ledger, restarts, copies, kilobytes, found)


if __name__ == "__main__":
    sys.exit(main())
