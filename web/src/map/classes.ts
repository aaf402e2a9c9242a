// Classes of a map: natural breaks (Fisher 1958, Jenks 1977), rounded so that they can be read aloud.
// The server has the same ones: both are held to the cases in `classes.json`.

/** At most so many values are compared; of more, an even choice of the sorted ones. */
const MOST = 600

/** The inner breaks of at most `most` classes; a class holds what is at its break or above, and below the next. */
export function breaks(values: readonly number[], most = fitting(values.length)): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const classes = Math.min(most, new Set(sorted).size)
  if (classes < 2) return []
  const exact = jenks(thinned(sorted), classes)
  return rounded(exact, sorted)
}

/** Breaks around what is usual: a quarter of it, itself, and four and sixteen times as much, in round numbers. */
export function around(usual: number): number[] {
  const middle = usual > 0 ? usual : 1
  return [1 / 4, 1, 4, 16].map((times) => Number((middle * times).toPrecision(1)))
}

/** Few areas are not worth five classes. */
function fitting(areas: number): number {
  return areas < 5 ? 2 : areas < 10 ? 3 : 5
}

/** The class of a value, the lowest 0. */
export function classOf(value: number, inner: readonly number[]): number {
  return inner.filter((edge) => value >= edge).length
}

/** How many values lie in each class. */
export function counted(values: readonly number[], inner: readonly number[]): number[] {
  const counts = new Array<number>(inner.length + 1).fill(0)
  for (const value of values) counts[classOf(value, inner)]! += 1
  return counts
}

function thinned(sorted: number[]): number[] {
  if (sorted.length <= MOST) return sorted
  return Array.from({ length: MOST }, (_, at) => sorted[Math.round((at * (sorted.length - 1)) / (MOST - 1))]!)
}

/** The first value of each class but the lowest, where the squares within classes are least. */
export function jenks(sorted: readonly number[], classes: number): number[] {
  const n = sorted.length
  const sum = [0]
  const square = [0]
  for (const value of sorted) {
    sum.push(sum.at(-1)! + value)
    square.push(square.at(-1)! + value * value)
  }
  const spread = (from: number, to: number) => {
    const total = sum[to]! - sum[from]!
    return square[to]! - square[from]! - (total * total) / (to - from)
  }
  let cost = Array.from({ length: n + 1 }, (_, to) => (to === 0 ? 0 : spread(0, to)))
  const starts: number[][] = []
  for (let used = 2; used <= classes; used++) {
    const next = new Array<number>(n + 1).fill(Infinity)
    const start = new Array<number>(n + 1).fill(0)
    for (let to = used; to <= n; to++) {
      for (let from = used - 1; from < to; from++) {
        const total = cost[from]! + spread(from, to)
        if (total < next[to]! - 1e-15) {
          next[to] = total
          start[to] = from
        }
      }
    }
    starts.push(start)
    cost = next
  }
  const inner: number[] = []
  let to = n
  for (const start of starts.reverse()) {
    to = start[to]!
    inner.unshift(sorted[to]!)
  }
  return inner
}

/** The breaks in the coarsest round numbers that leave no class empty. */
function rounded(exact: number[], sorted: readonly number[]): number[] {
  const range = sorted.at(-1)! - sorted[0]!
  const first = Math.floor(Math.log10(range || 1))
  for (let power = first; power > first - 5; power--) {
    for (const digit of [5, 2, 1]) {
      const step = digit * 10 ** power
      const inner = exact.map((edge) => Number((Math.round(edge / step) * step).toPrecision(12)))
      if (counted(sorted, inner).every((count) => count > 0)) return inner
    }
  }
  return exact
}
