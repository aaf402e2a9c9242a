"""Programs that people have, reading a server as they do: through the OGC API, and files part by part.

    python clients.py http://127.0.0.1:8080

GDAL comes twice: the one of pyogrio's wheel, which is new, and Debian's programs, where they are installed. Beside
them DuckDB reads GeoParquet over HTTP. All must find the codes of the same layer as GeoJSON.
"""

import json
import re
import shutil
import subprocess
import sys
import urllib.request

import duckdb
import duckdb_extensions
import pyogrio

LAYER = "poverty-village"
FILES = ["fgb", "gpkg", "geojson"]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def main(server):
    features = json.loads(get(f"{server}/layers/{path('geojson')}?geometry=none"))["features"]
    told = {feature["properties"]["code"]: feature["properties"] for feature in features}
    assert len(told) > 100, "there are villages for more than a page of a client"
    for base in [f"{server}/ogc", f"{server}/ogc/"]:
        by_oapif(base, told)
    by_vsicurl(server, told)
    by_duckdb(server, told)
    by_debian(server, told)


def by_oapif(base, told):
    source = f"OAPIF:{base}"
    names = [name for name, _ in pyogrio.list_layers(source)]
    assert LAYER in names, names
    same(read(source, LAYER), told, source)
    about = pyogrio.read_info(source, layer=LAYER, force_total_bounds=True)
    assert "CRS84" in about["crs"], about["crs"]
    west, south, east, north = about["total_bounds"]
    box = (west, south, (west + east) / 2, north)
    text = ",".join(map(str, box))
    page = json.loads(get(f"{base.rstrip('/')}/collections/{LAYER}/items?limit=1&bbox={text}&bbox-crs={CRS84}"))
    assert 0 < len(read(source, LAYER, bbox=box)) <= page["numberMatched"], "GDAL with a box"
    where = "status = 'value' AND households > 20"
    kept = {code: it for code, it in told.items() if it["status"] == "value" and it["households"] > 20}
    same(read(source, LAYER, where=where), kept, f"{source} with a condition")
    print(f"GDAL {pyogrio.__gdal_version_string__} reads {source}: {len(names)} layers, {len(told)} villages")


def by_vsicurl(server, told):
    for ending in FILES:
        before = partial(server)
        source = f"/vsicurl/{server}/layers/{path(ending)}"
        same(read(source, None), told, source)
        parts = partial(server) - before
        assert parts > 0, f"{source} is read whole"
        print(f"GDAL {pyogrio.__gdal_version_string__} reads .{ending} over HTTP in {parts} parts")
    whole = pyogrio.read_info(f"/vsicurl/{server}/tiles/village.pmtiles", layer="village")
    assert whole["features"] > 0 and "code" in whole["fields"], whole
    print(f"GDAL {pyogrio.__gdal_version_string__} reads .pmtiles over HTTP")


def by_duckdb(server, told):
    duckdb_extensions.import_extension("httpfs")
    engine = duckdb.connect()
    engine.load_extension("httpfs")
    before = partial(server)
    rows = engine.execute("SELECT code, households FROM read_parquet(?)", [f"{server}/layers/{path('parquet')}"])
    rows = rows.fetchall()
    assert dict(rows) == {code: it["households"] for code, it in told.items()}, "DuckDB reads other figures"
    parts = partial(server) - before
    assert parts > 0, "DuckDB reads the whole file"
    print(f"DuckDB {duckdb.__version__} reads .parquet over HTTP in {parts} parts: {len(rows)} villages")


def by_debian(server, told):
    if shutil.which("ogrinfo") is None:
        print("skipped: ogrinfo is not here; Debian's package is gdal-bin")
        return
    version = run("ogrinfo", "--version").split(",")[0]
    for source in [f"OAPIF:{server}/ogc", f"/vsicurl/{server}/layers/{path('fgb')}"]:
        text = run("ogrinfo", "-so", source, LAYER)
        assert f"Feature Count: {len(told)}\n" in text, text
        print(f"{version} of Debian reads {source}")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ERROR" not in done.stderr, f"{words}: {done.stderr}"
    return done.stdout


def read(source, layer, **only):
    meta, _, _, columns = pyogrio.raw.read(source, layer=layer, read_geometry=True, **only)
    return [str(code) for code in columns[list(meta["fields"]).index("code")]]


def same(codes, told, source):
    assert sorted(codes) == sorted(told), f"{source}: {len(codes)} villages for {len(told)}"


def path(ending):
    return f"{LAYER.replace('-', '/')}.{ending}"


def partial(server):
    """How many parts the server has sent."""
    lines = get(f"{server}/metrics").decode()
    return sum(int(count) for count in re.findall(r'requests_total\{route="[^"]*",status="206"\} (\d+)', lines))


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


if __name__ == "__main__":
    main(sys.argv[1])
