"""The others: each finds the village and the hexagon of points in its own way, in a process of its own.

    python contestants.py NAME VILLAGES POINTS OUTPUT

VILLAGES is GeoParquet with `ordinal` (0, 1, ... in the order of codes), POINTS is Parquet with `row`,
`longitude` and `latitude`, OUTPUT is an .npz with `village` (the least ordinal that touches the point, or
NOWHERE) and `hexagon`, in the order of the points. Nothing but what a contestant needs is imported.
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NOWHERE = 2**32 - 1
RESOLUTION = 8
# Degrees: the side of the squares by which points are sorted, about 2 km.
SQUARE = 0.02

JOIN = """SELECT points.row, villages.ordinal FROM points JOIN villages
          ON ST_Intersects(villages.geometry, {})"""
POINT = "ST_Point(points.longitude, points.latitude)"


def read_points(path):
    table = pq.read_table(path)
    return table["longitude"].to_numpy(), table["latitude"].to_numpy()


def least(rows, ordinals, count):
    """The least ordinal of each point: one on a border is in several pairs."""
    found = np.full(count, NOWHERE, dtype=np.uint32)
    np.minimum.at(found, rows, ordinals.astype(np.uint32, copy=False))
    return found


def hexagons(longitude, latitude):
    from h3ronpy.vector import coordinates_to_cells

    return np.asarray(coordinates_to_cells(latitude, longitude, RESOLUTION))


def pycanopy(villages, points):
    import polars as pl
    from pycanopy import SpatialFrame

    villages = SpatialFrame.from_wkb_polygons(pl.read_parquet(villages), "geometry").lazy()
    table = pl.read_parquet(points)
    pairs = villages.within_join(table, "longitude", "latitude").collect()
    village = least(pairs["row"].to_numpy(), pairs["ordinal"].to_numpy(), len(table))
    return village, hexagons(table["longitude"].to_numpy(), table["latitude"].to_numpy())


def pycanopy_sorted(villages, points):
    """Tuned: sorted by squares, and the engine's own call, which makes no frame of the pairs."""
    import polars as pl
    from pycanopy import SpatialFrame

    longitude, latitude = read_points(points)
    column = ((longitude + 180) / SQUARE).astype(np.uint32)
    row = ((latitude + 90) / SQUARE).astype(np.uint32)
    order = np.argsort(row * np.uint32(360 / SQUARE) + column)
    engine = SpatialFrame.from_wkb_polygons(pl.read_parquet(villages), "geometry").engine
    pairs = engine.batch_contains(longitude[order], latitude[order]).reshape(-1, 2)
    village = least(order[pairs[:, 0]], pairs[:, 1], len(longitude))
    return village, hexagons(longitude, latitude)


def sedonadb(villages, points):
    import sedonadb

    session = sedonadb.connect()
    session.read_parquet(villages).to_view("villages")
    session.read_parquet(points).to_view("points")
    # Through the C interface: its own conversion wants one more package, for geometries.
    pairs = pa.table(session.sql(JOIN.format(f"ST_SetSRID({POINT}, 4326)")))
    longitude, latitude = read_points(points)
    village = least(pairs["row"].to_numpy(), pairs["ordinal"].to_numpy(), len(longitude))
    return village, hexagons(longitude, latitude)


def duckdb(villages, points):
    import duckdb
    from duckdb_extensions import import_extension

    session = duckdb.connect()
    import_extension("spatial", con=session)
    session.load_extension("spatial")
    session.read_parquet(villages).create_view("villages")
    session.read_parquet(points).create_view("points")
    pairs = session.sql(JOIN.format(POINT)).fetchnumpy()
    longitude, latitude = read_points(points)
    village = least(pairs["row"], pairs["ordinal"], len(longitude))
    return village, hexagons(longitude, latitude)


def geopandas(villages, points):
    import geopandas

    longitude, latitude = read_points(points)
    frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(longitude, latitude))
    pairs = frame.sjoin(geopandas.read_parquet(villages), predicate="intersects")
    village = least(pairs.index.to_numpy(), pairs["ordinal"].to_numpy(), len(longitude))
    return village, hexagons(longitude, latitude)


# The packages whose versions are told of, besides the hexagon's h3ronpy.
CONTESTANTS = {
    "PyCanopy, sorted first": (pycanopy_sorted, ["pycanopy"]),
    "PyCanopy": (pycanopy, ["pycanopy"]),
    "SedonaDB": (sedonadb, ["sedonadb"]),
    "DuckDB spatial": (duckdb, ["duckdb", "duckdb-extension-spatial"]),
    "GeoPandas": (geopandas, ["geopandas", "shapely"]),
}


def main():
    name, villages, points, output = sys.argv[1:]
    village, hexagon = CONTESTANTS[name][0](villages, points)
    np.savez(output, village=village, hexagon=hexagon)


if __name__ == "__main__":
    main()
