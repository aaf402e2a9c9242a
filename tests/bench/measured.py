"""What a process took: CPU time, time by the clock and peak memory, as the kernel tells when it ends.

A process inherits the peak of the one that starts it, so a small one stands between.
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HEAD = (f"{'contestant':<24}{'order':<11}{'CPU ns/point':>13}{'times ours':>12}{'start CPU s':>13}"
        f"{'ns after it':>13}{'wall s':>9}{'peak MiB':>10}")

LEGEND = """
CPU ns/point  all CPU time of the process on all cores, in user and kernel mode, by the points
times ours    that, by ours in the same order
start CPU s   the same process with 1,000 of the points: what it takes before the first point, such as
              reading boundaries and indexing them; ours maps an index that is made once for a version
ns after it   CPU time without the start, by the points"""


@dataclasses.dataclass
class Usage:
    cpu_s: float
    wall_s: float
    peak_mib: float
    # In words, where the process failed.
    failure: str = ""


def run(command, timeout_s):
    """Runs a command to its end."""
    with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile() as told:
        starter = [sys.executable, "-S", "-E", __file__, told.name, str(timeout_s)]
        subprocess.run(starter + command, stdout=log, stderr=log, check=True)
        code, *used = json.load(told)
        usage = Usage(*used)
        if code:
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines() or ["no word of why"]
            late = f" after {usage.wall_s:.0f} s" if usage.wall_s >= timeout_s else ""
            usage.failure = f"it ended with {code}{late}: {lines[-1]}"
        return usage


def line(name, order, count, start, usage, ours):
    """One line of the table."""
    if usage.failure:
        raise SystemExit(f"{name}: {usage.failure}")
    each = usage.cpu_s / count * 1e9
    after = (usage.cpu_s - start.cpu_s) / count * 1e9
    times = usage.cpu_s / ours.cpu_s
    return (f"{name:<24}{order:<11}{each:>13,.0f}{times:>12.1f}{start.cpu_s:>13.2f}{after:>13,.0f}"
            f"{usage.wall_s:>9.1f}{usage.peak_mib:>10,.0f}")


def start(told, timeout_s, *command):
    """The process between: starts the command and writes down what it took."""
    started = time.monotonic()
    process = subprocess.Popen(command)
    stop = threading.Timer(float(timeout_s), process.kill)
    stop.start()
    _, status, used = os.wait4(process.pid, 0)
    stop.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s, wall_s = used.ru_utime + used.ru_stime, time.monotonic() - started
    with open(told, "w") as out:
        json.dump([process.returncode, cpu_s, wall_s, used.ru_maxrss / 1024], out)


if __name__ == "__main__":
    start(*sys.argv[1:])
