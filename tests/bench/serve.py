"""The server under load: 64 connections on a warm tile, on tiles of hexagons and on regencies as GeoJSON, and
on the same tile from Martin in the same run, where it is there.

    python serve.py --program sebaran --register DIR
    python serve.py --program sebaran --register DIR --martin martin
    python serve.py --program sebaran --register DIR --soak 600

The last asks for everything for so many seconds, each connection ten times a second, and prints what memory the
server held on the way. `wrk` asks, on the same machine. Each line is one run; a run before it fills the caches, but for the line
that says so. Martin is one of `cargo install martin`.
"""

import argparse
import contextlib
import gzip
import http.client
import json
import math
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

# What Martin served in the measurement that the targets come from.
TILE_BYTES = 41_000

ASK = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = math.random(#paths)
local wait = %d
delay = wait > 0 and function() return wait end or nil
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], { ["Accept-Encoding"] = "gzip" })
end
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--program", required=True, help="sebaran, as `cargo build --release` makes it")
    add("--register", required=True, help="a register whose release has tiles")
    add("--release", help="by default the current one")
    add("--figures", help="the release of hexagons and regencies, where it is another one")
    add("--martin", help="Martin's binary")
    add("--connections", type=int, default=64)
    add("--seconds", type=int, default=10, help="of each run")
    add("--soak", type=int, default=0, help="seconds of asking for everything, and nothing else")
    return parser.parse_args()


def main():
    args = arguments()
    if args.soak:
        soak(args)
        return
    lines = []
    with tempfile.TemporaryDirectory(prefix="serve-") as folder, ours(args) as server:
        load = Load(args, pathlib.Path(folder))
        pin = f"?release={args.figures}" if args.figures else ""
        tile = warm_tile(server)
        hexagons = [path + pin for path in hexagon_tiles(server, pin)]
        regencies = "/layers/poverty/regency.geojson" + pin
        # Once for all: so that what comes is warm.
        for path in [tile, regencies]:
            get(server, path)
        lines.append(load.run("warm tile", server, [tile], 5))
        lines.append(load.run("tile of hexagons, one", server, hexagons[:1], 50))
        lines.append(load.run(f"{len(hexagons)} tiles of hexagons, none made before", server, hexagons, 50))
        lines.append(load.run("the same once more", server, hexagons, 50))
        lines.append(load.run("regencies, GeoJSON", server, [regencies], 50))
        lines.append(memory(server))
        if args.martin:
            lines.append(beside(args, load, server, tile))
    with tempfile.TemporaryDirectory(prefix="serve-") as folder, ours(args, cache_mib=0) as server:
        load = Load(args, pathlib.Path(folder))
        lines.append(load.run("tiles of hexagons, nothing kept", server, hexagons, 50))
    print_table(lines)
    if not args.martin:
        print("Martin was not given (--martin): it is left out.")


class Load:
    """Runs `wrk` and reads what it says."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder

    def command(self, server, paths, seconds, wait_ms=0):
        listed = self.folder / "paths"
        listed.write_text("\n".join(paths) + "\n")
        script = self.folder / "ask.lua"
        script.write_text(ASK % (listed, wait_ms))
        command = ["wrk", "--latency", "-t", "2", "-c", str(self.args.connections)]
        return command + ["-d", f"{seconds}s", "-s", str(script), f"http://127.0.0.1:{server.port}"]

    def run(self, work, server, paths, target_ms):
        size = len(get(server, paths[0]))
        command = self.command(server, paths, self.args.seconds)
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        line = {"work": work, "bytes": size, "p50": quantile(said, 50), "p99": quantile(said, 99)}
        line["a second"] = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        line["to reach"] = target_ms
        wrong = re.search(r"(Non-2xx[^\n]*|Socket errors[^\n]*)", said)
        line["wrong"] = wrong[1] if wrong else ""
        return line


def soak(args):
    """Tiles, layers of every theme in every format, searches and profiles, in a random order."""
    with tempfile.TemporaryDirectory(prefix="serve-") as folder, ours(args) as server:
        load = Load(args, pathlib.Path(folder))
        process = subprocess.Popen(load.command(server, everything(server), args.soak, 100), stdout=subprocess.PIPE, text=True)
        print(f"{'seconds':>8} {'MiB':>6}")
        for second in range(args.soak):
            if second % max(1, args.soak // 10) == 0:
                print(f"{second:>8} {held_mib(server, 'VmRSS'):>6}", flush=True)
            time.sleep(1)
        said = process.communicate()[0]
        print(f"{args.soak:>8} {held_mib(server, 'VmRSS'):>6}, at most {held_mib(server, 'VmHWM')}")
        print(said)


def everything(server):
    told = json.loads(unpacked(get(server, "/layers")))
    dice = random.Random(2)
    large = ("village", "hex7", "hex8")
    paths = [url for layer in told["layers"] if not layer["name"].endswith(large) for url in layer["urls"]]
    paths += hexagon_tiles(server) + [warm_tile(server)]
    provinces = json.loads(unpacked(get(server, "/regions/nation")))["children"]
    paths += [f"/regions/{one['code']}" for one in provinces]
    paths += [f"/ranking/regency?theme=poverty&within={one['code']}" for one in provinces]
    paths += [f"/layers/poverty/village.csv?within={one['code']}" for one in provinces]
    paths += [f"/regions?q={urllib.parse.quote(one['name'])}" for one in provinces]
    dice.shuffle(paths)
    return paths


def quantile(said, percent):
    """Milliseconds."""
    value, unit = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", said, re.MULTILINE).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


class Server:
    def __init__(self, port, process):
        self.port, self.process = port, process


@contextlib.contextmanager
def ours(args, cache_mib=256):
    port = free_port()
    command = [args.program, "--register", args.register, "serve", "--listen", f"127.0.0.1:{port}"]
    command += ["--release", args.release] if args.release else []
    # A line in the log for each request is not what is measured.
    environment = {**os.environ, "SEBARAN_LOG": "error", "SEBARAN_SERVE_CACHE_MIB": str(cache_mib)}
    with running(command, port, environment) as server:
        yield server


@contextlib.contextmanager
def running(command, port, environment=None):
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended: {process.stderr.read().decode()}")
            time.sleep(0.1)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(server, path):
    """The body as it comes, packed."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        return response.read()


def columns_and_rows(bounds, zoom):
    west, south, east, north = bounds
    cells = 2**zoom

    def row(latitude):
        angle = math.radians(latitude)
        return int((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * cells)

    columns = range(int((west + 180) / 360 * cells), int((east + 180) / 360 * cells) + 1)
    return [(column, at) for column in columns for at in range(row(north), row(south) + 1)]


def described(server, geography, pin=""):
    return json.loads(unpacked(get(server, f"/tiles/{geography}.json{pin}")))


def unpacked(body):
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def warm_tile(server):
    """The tile of villages or, where there is none as large, of another level, that is nearest to the size
    that was measured."""
    found = []
    for geography, zoom in [("village", 7), ("village", 8), ("district", 7), ("regency", 6)]:
        with contextlib.suppress(urllib.error.HTTPError):
            for column, row in columns_and_rows(described(server, geography)["bounds"], zoom):
                path = f"/tiles/{geography}/{zoom}/{column}/{row}.mvt"
                found.append((abs(len(get(server, path)) - TILE_BYTES), path))
    if not found:
        sys.exit("The release has no tiles: build it with `--tiles yes`.")
    return min(found)[1]


def hexagon_tiles(server, pin=""):
    """Tiles of several zooms in a random order, the same each time; the first is of a middle zoom."""
    bounds = described(server, "hexagon", pin)["bounds"]
    dice = random.Random(1)
    paths = []
    for zoom in [6, 7, 8, 9, 10]:
        places = columns_and_rows(bounds, zoom)
        chosen = dice.sample(places, min(400, len(places)))
        paths += [f"/tiles/hexagon/{zoom}/{column}/{row}.mvt" for column, row in chosen]
    dice.shuffle(paths)
    largest = max(paths[:100], key=lambda path: len(get(server, path + pin)))
    return [largest] + [path for path in paths[100:] if path != largest]


def memory(server):
    return {"work": f"memory of the server at most: {held_mib(server, 'VmHWM')} MiB"}


def held_mib(server, which):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(rf"{which}:\s+(\d+) kB", status)[1]) // 1024


def beside(args, load, server, tile):
    """Martin on the archive that the tile comes from."""
    _, _, geography, zoom, column, row = tile.split("/")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="martin-") as folder:
        archive = pathlib.Path(folder) / f"{geography}.pmtiles"
        archive.write_bytes(get(server, f"/tiles/{geography}.pmtiles"))
        command = [args.martin, "--listen-addresses", f"127.0.0.1:{port}", str(archive)]
        with running(command, port) as martin:
            path = f"/{geography}/{zoom}/{column}/{row.removesuffix('.mvt')}"
            for _ in range(50):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    get(martin, path)
                    break
                time.sleep(0.1)
            return load.run("warm tile, Martin", martin, [path], None)


def print_table(lines):
    print(f"{'work':<46} {'bytes':>8} {'p50 ms':>8} {'p99 ms':>8} {'a second':>9} {'p99 to reach':>12}")
    for line in lines:
        if "p99" not in line:
            print(line["work"])
            continue
        target = "" if line["to reach"] is None else line["to reach"]
        print(
            f"{line['work']:<46} {line['bytes']:>8} {line['p50']:>8.2f} {line['p99']:>8.2f} "
            f"{line['a second']:>9.0f} {target:>12} {line['wrong']}"
        )
    named = {line["work"]: line for line in lines}
    if "warm tile, Martin" in named:
        own, other = named["warm tile"], named["warm tile, Martin"]
        print(
            f"Beside Martin: {own['a second'] / other['a second']:.2f} times the requests a second, "
            f"{own['p99'] / other['p99']:.2f} of its p99."
        )


if __name__ == "__main__":
    main()
