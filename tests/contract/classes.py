"""Holds the natural breaks that the page and the server share against those of mapclassify.

    python classes.py web/src/map/classes.json [--write]

Both are held to the cases of that file by their own tests; here its cases of `natural` are held to an independent
library. `--write` draws them anew.
"""

import json
import random
import sys

import mapclassify


def natural(values, classes):
    """The first value of each class but the lowest, of values that differ."""
    uppers = mapclassify.FisherJenks(values, k=classes).bins[:-1]
    return [min(value for value in values if value > upper) for upper in uppers]


def draw():
    draws = random.Random(7)
    shapes = [
        lambda: draws.uniform(0, 1),
        lambda: draws.gauss(0.25, 0.06),
        lambda: draws.lognormvariate(4, 1.5),
        lambda: draws.choice([0.1, 0.4, 0.7]) + draws.gauss(0, 0.03),
    ]
    for shape in shapes:
        for many, classes in [(7, 3), (12, 5), (34, 5), (80, 5)]:
            yield sorted({round(shape(), 4) for _ in range(many)}), classes


def main(path, *asked):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    if asked:
        drawn = [{"values": values, "classes": classes} for values, classes in draw()]
        cases["natural"] = [case | {"inner": natural(**case)} for case in drawn]
        lists = {name: ",\n    ".join(json.dumps(case, separators=(",", ":")) for case in cases[name])
                 for name in ("breaks", "natural", "around")}
        with open(path, "w", encoding="utf-8") as file:
            file.write("{\n" + ",\n".join(f'  "{name}": [\n    {text}\n  ]' for name, text in lists.items()))
            file.write(f',\n  "squares": {json.dumps(cases["squares"])}\n}}\n')
    for case in cases["natural"]:
        theirs = natural(case["values"], case["classes"])
        assert theirs == case["inner"], f"{case} by mapclassify: {theirs}"
    print(f"{len(cases['natural'])} natural breaks are those of mapclassify {mapclassify.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
