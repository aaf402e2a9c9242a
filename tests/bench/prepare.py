"""Boundaries and points, as all contestants get them."""

import dataclasses
import importlib.metadata

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from contestants import NOWHERE

FEW = 1000


@dataclasses.dataclass
class Villages:
    # GeoParquet with `ordinal` and `geometry`, in the order of codes.
    path: str
    # The code of each ordinal.
    codes: np.ndarray
    shapes: np.ndarray


def villages(source, code, folder):
    """Reads boundaries, and writes them in the order of their codes."""
    if source.endswith((".parquet", ".geoparquet")):
        frame = geopandas.read_parquet(source)
    else:
        opened = f"/vsigzip/{source}" if source.endswith(".gz") else source
        frame = geopandas.read_file(opened, columns=[code], use_arrow=True)
    if frame.crs is not None and not frame.crs.is_geographic:
        frame = frame.to_crs("OGC:CRS84")
    frame["code"] = frame[code].astype(str).str.replace(r"\D", "", regex=True).astype(np.uint64)
    frame = frame.sort_values("code").reset_index(drop=True)
    codes = frame["code"].to_numpy()
    if len(np.unique(codes)) < len(codes):
        raise SystemExit(f"`{source}` has codes that stand twice in `{code}`")
    shapes = frame.geometry.to_numpy()
    ordinals = np.arange(len(shapes), dtype=np.uint32)
    path = str(folder / "villages.parquet")
    geopandas.GeoDataFrame({"ordinal": ordinals}, geometry=shapes).to_parquet(path)
    return Villages(path, codes, shapes)


def orders(files, seed, folder):
    """Writes the points in both orders, all and a few of each; gives the files, and how many."""
    tables = [pq.read_table(file, columns=["longitude", "latitude"]) for file in files]
    table = pa.concat_tables(tables).drop_null().combine_chunks()
    shuffled = np.random.default_rng(seed).permutation(len(table))
    return {
        "as given": write(table, folder, "given"),
        "shuffled": write(table.take(pa.array(shuffled)), folder, "shuffled"),
    }, len(table)


def write(table, folder, name):
    rows = pa.array(np.arange(len(table), dtype=np.uint32))
    table = table.add_column(0, "row", rows)
    paths = folder / f"{name}.parquet", folder / f"{name}-few.parquet"
    for path, part in zip(paths, (table, table.slice(0, FEW))):
        # Small groups of rows, so that engines which share work by them can.
        pq.write_table(part, path, row_group_size=250_000)
    return paths


def read_answer(path, codes):
    """Our answer: codes as ordinals, and hexagons."""
    table = pq.read_table(path)
    found = table["village_code"]
    village = np.searchsorted(codes, found.fill_null(0).to_numpy()).astype(np.uint32)
    village[found.is_null().to_numpy()] = NOWHERE
    is_known = village[village != NOWHERE] < len(codes)
    known = codes[village[village != NOWHERE][is_known]]
    if not is_known.all() or (known != found.drop_null().to_numpy()).any():
        raise SystemExit("the register holds other villages than the boundaries")
    return village, table["hexagon"].to_numpy()


def missing(packages):
    """The first package that is not installed."""
    for package in packages:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return package
    return None
