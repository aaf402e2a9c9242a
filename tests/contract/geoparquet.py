"""Layers as GeoParquet, read by GeoPandas and by DuckDB and held against the same layers as GeoJSON.

    python geoparquet.py http://127.0.0.1:8080
"""

import json
import pathlib
import sys
import tempfile
import urllib.request

import duckdb
import duckdb_extensions
import geopandas
import shapely

LAYERS = ["poverty/province", "elderly/regency", "disability/district", "children/hex5", "quality/regency"]
FIGURES = ["households", "count", "moe95", "share", "status"]


def main(server):
    duckdb_extensions.import_extension("spatial")
    engine = duckdb.connect()
    engine.load_extension("spatial")
    for layer in LAYERS:
        told = json.loads(get(f"{server}/layers/{layer}.geojson"))["features"]
        assert told, f"{layer} has nothing in it"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "layer.parquet"
            file.write_bytes(get(f"{server}/layers/{layer}.parquet"))
            by_geopandas(layer, file, told)
            by_duckdb(layer, engine, file, told)
        print(f"{layer}: {len(told)} features are the same to GeoPandas and DuckDB")


def by_geopandas(layer, file, told):
    frame = geopandas.read_parquet(file)
    assert frame.crs is not None and frame.crs.to_authority() == ("OGC", "CRS84"), f"{layer}: {frame.crs}"
    assert frame.geometry.name == "geometry" and frame.is_valid.all(), layer
    assert len(frame) == len(told), f"{layer}: {len(frame)} rows for {len(told)} features"
    for row, feature in zip(frame.to_dict("records"), told):
        same(layer, row, feature)
        other = shapely.geometry.shape(feature["geometry"])
        assert shapely.equals(row["geometry"], other), f"{layer}: the outline of {row['code']}"


def by_duckdb(layer, engine, file, told):
    query = engine.execute("SELECT *, ST_Area(geometry) AS area FROM read_parquet(?)", [str(file)])
    names = [column[0] for column in query.description]
    rows = [dict(zip(names, row)) for row in query.fetchall()]
    assert len(rows) == len(told), f"{layer}: {len(rows)} rows for {len(told)} features"
    for row, feature in zip(rows, told):
        same(layer, row, feature)
        area = shapely.geometry.shape(feature["geometry"]).area
        assert abs(row["area"] - area) <= 1e-9 * max(area, 1e-6), f"{layer}: the area of {row['code']}"


def same(layer, row, feature):
    for name in ["code", *FIGURES]:
        given, expected = row[name], feature["properties"][name]
        is_null = given is None or given != given
        assert (None if is_null else given) == expected, f"{layer}: {name} of {row['code']}: {given} for {expected}"


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


if __name__ == "__main__":
    main(sys.argv[1])
