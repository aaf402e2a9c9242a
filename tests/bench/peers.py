"""The same work on others, side by side with ours: the village (the least code of those that touch the
point) and the hexagon (H3, resolution 8) of points, in the order given and shuffled.

    python peers.py --boundaries villages.geojson --points points.parquet
    python peers.py --boundaries villages.geojson --check 1000000

Each contestant is a process of its own, and all its CPU time is counted: starting, reading boundaries
and points, preparing, finding, writing the answer. A contestant that can't be had is left out in words.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import agreement
import measured
import numpy as np
import prepare
from contestants import CONTESTANTS

OURS = "ours"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--boundaries", required=True, help="villages: GeoJSON, GeoPackage or Parquet, also .gz")
    add("--code", default="village_code", help="the field of their codes")
    add("--points", nargs="+", help="Parquet files with longitude and latitude")
    add("--register", help="a register that has the same boundaries; else they are imported")
    add("--regions", help="their version in it")
    add("--system", default="bps", help="whose codes they are, for the import")
    add("--mapping", help="the mapping file, for the import")
    add("--ours", help="the benchmarks' binary; else it is built")
    add("--seed", type=int, default=1, help="of the shuffled order and of the checked points")
    add("--check", type=int, metavar="N", help="hold ours against GEOS and H3 on so many points")
    add("--only", nargs="+", default=list(CONTESTANTS), choices=list(CONTESTANTS))
    add("--timeout", type=float, default=1800, help="seconds after which a contestant is stopped")
    args = parser.parse_args()
    if not args.points and not args.check:
        parser.error("give --points to measure on, or --check N")
    if bool(args.register) != bool(args.regions):
        parser.error("--register and --regions go together")
    return args


def main():
    args = arguments()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        folder = pathlib.Path(folder)
        villages = prepare.villages(args.boundaries, args.code, folder)
        ours = Ours(args, folder, villages)
        agree = not args.check or agreement.check(args.check, args.seed, villages, ours, folder)
        if args.points:
            contest(args, folder, villages, ours)
    sys.exit(0 if agree else "ours and GEOS or H3 do not agree")


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    load = os.getloadavg()[0]
    words = f"{model or platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}"
    if load > 0.5:
        words += f"; LOAD {load:.1f} AT THE START: time by the clock says little"
    return words


class Ours:
    """Our own lookup, as a command that takes points and writes an answer."""

    def __init__(self, args, folder, villages):
        self.binary = args.ours or built("bench", "--bench", "speed")
        self.codes = villages.codes
        self.register, self.version = args.register, args.regions
        if not self.register:
            self.register, self.version = str(folder / "register"), "peers"
            self.import_boundaries(args)

    def import_boundaries(self, args):
        program = built("build", "--release", "--bin", "sebaran")
        command = [program, "--quiet", "--register", self.register, "regions", "import"]
        command += [args.boundaries, "--system", args.system, "--version", self.version]
        command += ["--mapping", args.mapping] if args.mapping else []
        subprocess.run(command, check=True, stdout=sys.stderr)

    def command(self, points, output):
        return [self.binary, "--lookup-only", "--register", self.register, "--regions",
                self.version, "--points", str(points), "-o", str(output)]

    def answer(self, output):
        """Villages as ordinals, and hexagons."""
        return prepare.read_answer(output, self.codes)


def built(*cargo):
    """Builds one of ours with cargo and gives back where it lies."""
    command = ["cargo", *cargo, "--locked", "--message-format=json"]
    command += ["--no-run"] if "--bench" in cargo else []
    root = pathlib.Path(__file__).parents[2]
    lines = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    # A benchmark's run builds the program too, and either may come last.
    kind = "bench" if "--bench" in cargo else "bin"
    found = [message for message in map(json.loads, lines.splitlines()) if message.get("executable")]
    return [message["executable"] for message in found if kind in message["target"]["kind"]][-1]


def contest(args, folder, villages, ours):
    orders, count = prepare.orders(args.points, args.seed, folder)
    print(f"{count:,} points, {len(villages.codes):,} villages\n")
    print(measured.HEAD)
    for order, (points, few) in orders.items():
        output = folder / "ours.parquet"
        # Once before, so that the index is there: it is made once for a version of regions.
        measured.run(ours.command(few, output), args.timeout)
        start = measured.run(ours.command(few, output), args.timeout)
        reference = measured.run(ours.command(points, output), args.timeout)
        print(measured.line(OURS, order, count, start, reference, reference), flush=True)
        answer = ours.answer(output)
        for name in args.only:
            run_one(name, order, (points, few), (reference, answer), args, folder, villages)
    print(measured.LEGEND)


def run_one(name, order, files, ours, args, folder, villages):
    missing = prepare.missing(CONTESTANTS[name][1])
    if missing:
        print(f"{name}, {order}: left out, there is no package {missing}")
        return
    output, usages = folder / "theirs.npz", []
    for points in reversed(files):
        script = pathlib.Path(__file__).with_name("contestants.py")
        command = [sys.executable, str(script), name, villages.path, str(points), str(output)]
        usages.append(measured.run(command, args.timeout))
        if usages[-1].failure:
            print(f"{name}, {order}: left out, {usages[-1].failure}")
            return
    reference, answer = ours
    with np.load(output) as theirs:
        theirs = theirs["village"], theirs["hexagon"]
    count = len(answer[0])
    print(measured.line(name, order, count, *usages, reference))
    print(agreement.differences(answer, theirs, files[0], villages), flush=True)


if __name__ == "__main__":
    main()
