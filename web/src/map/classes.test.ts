import { expect, test } from 'vitest'
import { around, breaks, classOf, counted, jenks } from './classes'
import cases from './classes.json'

/** The least sum of squares, by trying every way to cut. */
function plain(sorted: number[], classes: number): number[] {
  const squares = (part: number[]) => {
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length
    return part.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  }
  let best: { cost: number; cuts: number[] } = { cost: Infinity, cuts: [] }
  const tried = (cuts: number[]) => {
    if (cuts.length === classes - 1) {
      const edges = [0, ...cuts, sorted.length]
      const cost = edges.slice(1).reduce((sum, to, at) => sum + squares(sorted.slice(edges[at], to)), 0)
      if (cost < best.cost - 1e-12) best = { cost, cuts }
      return
    }
    for (let cut = (cuts.at(-1) ?? 0) + 1; cut < sorted.length; cut++) tried([...cuts, cut])
  }
  tried([])
  return best.cuts.map((cut) => sorted[cut]!)
}

test('natural breaks are those of trying every cut', () => {
  const sorted = [1, 2, 4, 5, 7, 9, 10, 15, 16, 21, 22, 40]
  for (const classes of [2, 3, 4, 5]) expect(jenks(sorted, classes)).toEqual(plain(sorted, classes))
})

test('natural breaks are those of mapclassify', () => {
  for (const { values, classes, inner } of cases.natural) expect(jenks(values, classes)).toEqual(inner)
})

test('breaks are round, and no class is empty', () => {
  const values = Array.from({ length: 60 }, (_, at) => 0.2 + 0.3 * Math.sin(at) ** 2)
  const inner = breaks(values)
  expect(inner).toHaveLength(4)
  for (const edge of inner) expect(Math.round(edge * 1000)).toBeCloseTo(edge * 1000, 9)
  expect(counted(values, inner).every((count) => count > 0)).toBe(true)
})

test('a class holds its lower edge and not its upper one', () => {
  expect([0.1, 0.2, 0.3].map((value) => classOf(value, [0.2, 0.3]))).toEqual([0, 1, 2])
})

test('what has one value has one class, and nothing has none', () => {
  expect(breaks([3, 3, 3])).toEqual([])
  expect(breaks([])).toEqual([])
  expect(around(1.3)).toEqual([0.3, 1, 5, 20])
})

test('they are those of the server', () => {
  for (const { values, inner, counts } of cases.breaks) {
    expect(breaks(values)).toEqual(inner)
    expect(counted(values, inner)).toEqual(counts)
  }
  for (const { usual, inner } of cases.around) expect(around(usual)).toEqual(inner)
  const squares = Array.from({ length: cases.squares.to }, (_, at) => at * at)
  expect(breaks(squares)).toEqual(cases.squares.inner)
})
