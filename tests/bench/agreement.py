"""Whether answers agree: with GEOS (the least code of the villages that intersect the point) and H3."""

import h3.api.numpy_int as h3
import measured
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from contestants import NOWHERE, RESOLUTION, least

# Degrees, about 0.1 mm: what lies so near to a border is on it, for all that numbers can tell.
ON_BORDER = 1e-9
# The most disagreements that are looked into.
MOST = 20_000


def by_geos(x, y, villages, tree=None):
    tree = tree or shapely.STRtree(villages.shapes)
    points, ordinals = tree.query(shapely.points(x, y), predicate="intersects")
    return least(points, ordinals, len(x))


def on_border(x, y, villages, tree):
    """Whether each point is on the border of some village."""
    points = shapely.points(x, y)
    rows, ordinals = tree.query(points, predicate="dwithin", distance=ON_BORDER)
    borders = shapely.boundary(villages.shapes[ordinals])
    near = shapely.distance(borders, points[rows]) <= ON_BORDER
    found = np.zeros(len(points), dtype=bool)
    found[rows[near]] = True
    return found


def differences(ours, theirs, points, villages):
    """In words: where another answer differs from ours, and with whom GEOS agrees."""
    village = np.flatnonzero(ours[0] != theirs[0])
    hexagon = int((ours[1] != theirs[1]).sum())
    if not len(village):
        return f"  same villages; {hexagon:,} other hexagons"
    rows = village[:MOST]
    table = pq.read_table(points, columns=["longitude", "latitude"]).take(pa.array(rows))
    x, y = table["longitude"].to_numpy(), table["latitude"].to_numpy()
    tree = shapely.STRtree(villages.shapes)
    truth = by_geos(x, y, villages, tree)
    return (f"  {len(village):,} other villages (of {len(rows):,} looked into, "
            f"{int(on_border(x, y, villages, tree).sum()):,} on a border; GEOS says as we do in "
            f"{int((truth == ours[0][rows]).sum()):,}, as they do in "
            f"{int((truth == theirs[0][rows]).sum()):,}); {hexagon:,} other hexagons")


def check(count, seed, villages, ours, folder):
    """Holds ours against GEOS and H3 on points that no generator of ours made: whether all agree."""
    points, output = folder / "checked.parquet", folder / "checked-answer.parquet"
    x, y, kinds = invented(count, seed, villages.shapes)
    pq.write_table(pa.table({"longitude": x, "latitude": y}), points)
    usage = measured.run(ours.command(points, output), 3600)
    if usage.failure:
        raise SystemExit(f"ours: {usage.failure}")
    village, hexagon = ours.answer(output)
    tree = shapely.STRtree(villages.shapes)
    other_village = village != by_geos(x, y, villages, tree)
    cells = (h3.latlng_to_cell(*point, RESOLUTION) for point in zip(y, x))
    other_hexagon = hexagon != np.fromiter(cells, np.uint64, len(x))
    print(f"\n{len(x):,} points against GEOS {shapely.geos_version_string} and H3 "
          f"{h3.versions()['c']}:")
    for number, kind in enumerate(KINDS):
        own = kinds == number
        inside = int((village[own] != NOWHERE).sum())
        print(f"  {kind:<32}{int(own.sum()):>10,}, in a village {inside:>10,}, other village"
              f" {int(other_village[own].sum()):>6,}, other hexagon"
              f" {int(other_hexagon[own].sum()):>6,}")
    for row in np.flatnonzero(other_village | other_hexagon)[:10]:
        print(f"  differs: {x[row]!r} {y[row]!r} ({KINDS[kinds[row]]})")
    if other_village.any():
        where = on_border(x[other_village], y[other_village], villages, tree)
        print(f"  of those with another village, {int(where.sum()):,} are on a border")
    print()
    return not (other_village | other_hexagon).any()


KINDS = ["uniform in a village's box", "near a border, up to 10 m", "near a border, up to 0.1 mm",
         "halfway along an edge", "exactly on a vertex"]


def invented(count, seed, shapes):
    """Points of five kinds, in no order."""
    random = np.random.default_rng(seed)
    parts = np.array_split(np.arange(count), [int(count * share) for share in (0.4, 0.6, 0.7, 0.8)])
    west, south, east, north = shapely.bounds(shapes).T
    box = random.integers(0, len(shapes), len(parts[0]))
    x = [random.uniform(west[box], east[box])]
    y = [random.uniform(south[box], north[box])]
    corners = shapely.get_coordinates(shapes)
    # What share of an edge a point is along, and how many degrees it may be beside it.
    places = [(None, 1e-4), (None, 1e-9), (0.5, 0), (0, 0)]
    for part, (share, beside) in zip(parts[1:], places):
        start = random.integers(0, len(corners) - 1, len(part))
        edge = corners[start + 1] - corners[start]
        # After a ring's last vertex comes another ring's first: no edge leads there.
        edge[np.abs(edge).max(axis=1) > 0.1] = 0
        along = random.uniform(size=(len(part), 1)) if share is None else share
        at = corners[start] + edge * along + random.uniform(-beside, beside, edge.shape)
        x.append(at[:, 0])
        y.append(at[:, 1])
    kinds = np.repeat(np.arange(len(KINDS)), [len(part) for part in parts])
    order = random.permutation(count)
    return np.concatenate(x)[order], np.concatenate(y)[order], kinds[order]
