"""Three database nodes for `make ha-test`: each has a network namespace, an etcd member, Patroni and PostgreSQL.

A bridge connects the nodes with the service's side, where the caller runs. Addresses: 10.91.0.1 the service, 10.91.0.11 to .13 the nodes.
"""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

BRIDGE = "ha0"
SERVICE_ADDRESS = "10.91.0.1"
COUNT = 3
DATABASE_URL = "postgresql://quietanza@" + ",".join(f"10.91.0.{10 + n}:5432" for n in range(1, COUNT + 1)) + "/quietanza"
ADMIN_URL = DATABASE_URL.replace("quietanza@", "postgres@")

# Without a leader key for `ttl` seconds a standby is promoted. A leader that cannot reach etcd for `retry_timeout` demotes itself, and
# loop_wait + 2 * retry_timeout must not exceed ttl, so that it does so before another node is promoted.
TIMES = {"ttl": 8, "loop_wait": 1, "retry_timeout": 3}


def run(*command: str) -> str:
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return done.stdout


def sql(statement: str, url: str = ADMIN_URL) -> list[str]:
    """Returns the rows, with `|` between the columns. By default asks the primary as superuser."""
    url += "&" if "?" in url else "?"
    done = subprocess.run(
        ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement,
         url + "connect_timeout=3&target_session_attrs=read-write"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.splitlines()


def wait_until(what: str, seconds: float, fact, pause: float = 0.2) -> float:
    """Returns how long it took."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(pause)
    return time.monotonic() - began


class Node:
    def __init__(self, number: int, folder: str, binaries: str) -> None:
        self.number, self.name, self.address = number, f"db{number}", f"10.91.0.{10 + number}"
        self.folder, self.binaries = f"{folder}/{self.name}", binaries
        self.cable = f"ha-{self.name}"
        os.makedirs(self.folder + "/socket")
        run("chown", "-R", "postgres:", self.folder)
        self.make_network()

    def make_network(self) -> None:
        # The namespace lives as long as this process.
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        own = os.readlink("/proc/self/ns/net")
        wait_until("a network namespace", 5, lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own, 0.01)
        self.namespace = os.readlink(f"/proc/{self.holder.pid}/ns/net")
        pid = str(self.holder.pid)
        run("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", pid)
        run("ip", "link", "set", self.cable, "master", BRIDGE, "up")
        run(*self.inside("ip", "address", "add", f"{self.address}/24", "dev", "eth0"))
        run(*self.inside("ip", "link", "set", "eth0", "up"))
        run(*self.inside("ip", "link", "set", "lo", "up"))

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *command]

    def start(self, name: str, *command: str) -> None:
        with open(f"{self.folder}/{name}.log", "ab") as log:
            subprocess.Popen(
                self.inside("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                env={"PATH": os.environ["PATH"], "HOME": self.folder, "LANG": "C.UTF-8"})

    def start_etcd(self) -> None:
        peers = ",".join(f"db{n}=http://10.91.0.{10 + n}:2380" for n in range(1, COUNT + 1))
        self.start(
            "etcd", "etcd", "--name", self.name, "--data-dir", self.folder + "/etcd",
            "--listen-peer-urls", f"http://{self.address}:2380", "--initial-advertise-peer-urls", f"http://{self.address}:2380",
            "--listen-client-urls", f"http://{self.address}:2379", "--advertise-client-urls", f"http://{self.address}:2379",
            "--initial-cluster", peers, "--initial-cluster-state", "new", "--heartbeat-interval", "100",
            "--election-timeout", "1000", "--enable-v2", "--pre-vote", "--logger", "zap", "--log-level", "warn")

    def start_patroni(self) -> None:
        file = self.folder + "/patroni.yml"
        with open(file, "w", encoding="utf-8") as out:
            json.dump(self.configuration(), out, indent=1)  # JSON is YAML.
        self.start("patroni", "/usr/bin/patroni", file)

    def configuration(self) -> dict:
        network = "10.91.0.0/24"
        return {
            "scope": "quietanza", "name": self.name,
            "restapi": {"listen": f"{self.address}:8008", "connect_address": f"{self.address}:8008"},
            # With etcd's interface of version 3, a primary of Patroni 3.0.2 (Debian 12) that comes back from a network partition can
            # overwrite the leader key of its successor (patroni/patroni#2689). Version 2 compares before it writes.
            "etcd": {"hosts": [f"10.91.0.{10 + n}:2379" for n in range(1, COUNT + 1)]},
            "bootstrap": {
                "dcs": {
                    # Strict: a primary without a standby does not acknowledge writes, also not right after its promotion.
                    # Both standbys are synchronous. With only one, the other may be ahead of it, and after the failover it is no standby
                    # until it is rewound, which delayed the first acknowledged write by 14 s.
                    **TIMES, "synchronous_mode": True, "synchronous_mode_strict": True, "synchronous_node_count": COUNT - 1,
                    "primary_start_timeout": 0,
                    "postgresql": {
                        "use_pg_rewind": True, "use_slots": True,
                        "parameters": {
                            "max_connections": 100, "wal_keep_size": "256MB", "hot_standby": "on",
                            "wal_sender_timeout": "5s", "wal_receiver_timeout": "5s", "wal_retrieve_retry_interval": "500ms",
                            "tcp_keepalives_idle": 5, "tcp_keepalives_interval": 2, "tcp_keepalives_count": 3,
                        },
                    },
                },
                "initdb": ["data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"auth": "trust"}],
                "pg_hba": ["local all all trust", f"host all all {network} trust", f"host replication all {network} trust"],
            },
            "postgresql": {
                "listen": f"{self.address}:5432", "connect_address": f"{self.address}:5432",
                "data_dir": self.folder + "/data", "bin_dir": self.binaries, "pgpass": self.folder + "/pgpass",
                "parameters": {"unix_socket_directories": self.folder + "/socket"},
                "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
            },
        }

    def processes(self) -> list[int]:
        """Every process of the node but the holder of its namespace."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and int(entry) != self.holder.pid:
                    if os.readlink(f"/proc/{entry}/ns/net") == self.namespace:
                        found.append(int(entry))
            except OSError:
                continue
        return found

    def signal(self, number: signal.Signals) -> None:
        for process in self.processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue

    # Faults and their repairs.

    def kill(self) -> None:
        """The machine loses its power: PostgreSQL, Patroni and etcd end at once."""
        while self.processes():
            self.signal(signal.SIGKILL)
            time.sleep(0.01)

    def restart(self) -> None:
        self.start_etcd()
        self.start_patroni()

    def cut(self) -> None:
        """Nobody reaches the node."""
        run("ip", "link", "set", self.cable, "down")

    def end_cut(self) -> None:
        run("ip", "link", "set", self.cable, "up")

    def isolate(self) -> None:
        """The service still reaches the node, but the other nodes do not."""
        for n in range(1, COUNT + 1):
            if n != self.number:
                run(*self.inside("ip", "route", "add", "blackhole", f"10.91.0.{10 + n}/32"))

    def end_isolation(self) -> None:
        for n in range(1, COUNT + 1):
            if n != self.number:
                run(*self.inside("ip", "route", "delete", "blackhole", f"10.91.0.{10 + n}/32"))

    def freeze(self) -> None:
        """Every process stops, as on a paused virtual machine."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)


class Cluster:
    def __init__(self, folder: str, binaries: str) -> None:
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "link", "set", BRIDGE, "up")
        run("ip", "address", "add", f"{SERVICE_ADDRESS}/24", "dev", BRIDGE)
        self.nodes = [Node(n, folder, binaries) for n in range(1, COUNT + 1)]

    def start(self) -> None:
        for node in self.nodes:
            node.start_etcd()
        for node in self.nodes:
            node.start_patroni()
        self.await_health(180)
        sql("CREATE ROLE quietanza LOGIN CREATEROLE", self.admin("postgres"))
        sql("CREATE DATABASE quietanza OWNER quietanza", self.admin("postgres"))

    @staticmethod
    def admin(database: str) -> str:
        return ADMIN_URL.removesuffix("quietanza") + database

    def members(self) -> list[dict]:
        """The members as Patroni sees them, asked of any node that answers."""
        for node in self.nodes:
            try:
                with urllib.request.urlopen(f"http://{node.address}:8008/cluster", timeout=2) as answer:
                    return json.load(answer)["members"]
            except (OSError, ValueError, KeyError):
                continue
        return []

    def primary(self) -> Node:
        names = [member["name"] for member in self.members() if member["role"] == "leader"]
        if not names:
            raise RuntimeError("the cluster has no leader")
        return next(node for node in self.nodes if node.name == names[0])

    def is_healthy(self) -> bool:
        """One leader, and every other node is a synchronous standby on its timeline without much lag."""
        members = self.members()
        roles = sorted(member["role"] for member in members)
        if roles != ["leader"] + ["sync_standby"] * (COUNT - 1):
            return False
        leader = next(member for member in members if member["role"] == "leader")
        return all(
            member["state"] in ("running", "streaming") and member.get("timeline") == leader["timeline"]
            and (member is leader or isinstance(member.get("lag"), int) and member["lag"] < 1 << 20)
            for member in members) and self.streaming() == COUNT - 1

    @staticmethod
    def streaming() -> int:
        try:
            return int(sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", Cluster.admin("postgres"))[0])
        except (RuntimeError, subprocess.TimeoutExpired):
            return 0

    def await_health(self, seconds: float) -> float:
        return wait_until("three nodes in sync", seconds, self.is_healthy, 0.5)
