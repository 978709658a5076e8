#!/usr/bin/python3
"""The attach of this provider as a script in Python, for the built-in configuration: the bench compares against it."""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys

RUN = "/run/ganeti-gluster"
POOL, VOLUME, PORT = "default", "ganeti", 24007


def mount_point(record):
    return f"{RUN}/mnt/{record['pool']}/{record['volume']}"


def backing_file(device):
    try:
        with open(f"/sys/block/{os.path.basename(device)}/loop/backing_file", encoding="utf-8") as file:
            return file.read().rstrip("\n")
    except FileNotFoundError:
        return None


def attached_record(name):
    try:
        with open(f"{RUN}/images/{name}", encoding="utf-8") as file:
            record = json.load(file)
        attached = backing_file(record["device"]) == f"{mount_point(record)}/{record['path']}"
        return record if attached else None
    except (FileNotFoundError, ValueError, KeyError):
        return None


def attach(name):
    os.makedirs(f"{RUN}/lock", mode=0o700, exist_ok=True)
    with open(f"{RUN}/lock/{name}", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = {"host": socket.gethostname().lower(), "port": PORT}
        record = {"pool": POOL, "volume": VOLUME, "path": f"images/{name}/disk", "servers": [server]}
        point = mount_point(record)
        if not os.path.ismount(point):
            os.makedirs(point, mode=0o700, exist_ok=True)
            subprocess.run(["mount.glusterfs", f"{server['host']}:/{VOLUME}", point], check=True, stdout=sys.stderr)
        command = ["losetup", "--find", "--show", "--direct-io=on", f"{point}/{record['path']}"]
        record["device"] = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        with open(f"{RUN}/images/{name}", "w", encoding="utf-8") as file:
            json.dump(record, file)
        return record


def answers(server):
    try:
        socket.create_connection((server["host"], server["port"]), timeout=1).close()
        return True
    except OSError:
        return False


def main():
    name = os.environ.get("VOL_NAME", "")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,179}", name):
        sys.exit(f"attach: VOL_NAME is {name!r}")
    record = attached_record(name) or attach(name)
    servers = record["servers"]
    server = servers[0]
    if os.environ.get("EXTP_ACCESS") != "kernelspace":
        server = next(filter(answers, servers), server)
    address = f"gluster://{server['host']}:{server['port']}/{record['volume']}/{record['path']}"
    sys.stdout.write(f"{record['device']}\nkvm:{address}")


main()
