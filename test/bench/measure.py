"""Runs cases of a bench round by round and prints what each run took: time, processor time and peak memory.

Reads {"rounds": N, "cases": [{"name", "argv", "environment", "before", "after", "every"}]} as JSON from standard input; writes
{name: [{"seconds", "processor", "mebibytes"}]} to standard output. Every case runs once a round, so that whatever else the
machine does meets all of them alike. `before` and `after` are shell scripts that are not measured.

Peak memory is the kernel's ru_maxrss, which starts at that of the process that started it: nothing shows less than this one.
"""

import json
import os
import subprocess
import sys
import time

QUIET = [
    (os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0) for descriptor in (0, 1)
]


def script(case, name):
    if case.get(name):
        subprocess.run(["sh", "-euc", case[name]], check=True, stdout=subprocess.DEVNULL)


def measure(case):
    argv = case["argv"]
    start = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, case["environment"], file_actions=QUIET)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{case['name']}: {' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
    return {
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "mebibytes": usage.ru_maxrss / 1024,
    }


def main():
    plan = json.load(sys.stdin)
    results = {case["name"]: [] for case in plan["cases"]}
    for number in range(plan["rounds"]):
        for case in plan["cases"]:
            if number % case.get("every", 1) != 0:
                continue
            script(case, "before")
            results[case["name"]].append(measure(case))
            script(case, "after")
    json.dump(results, sys.stdout)


main()
