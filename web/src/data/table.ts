// The rows of the table and of the ranking, in order.
import type { By } from '../words/sentence'
import type { Change } from './change'
import type { Figure } from './figures'

/** What stands in a column of the table; `figure` is what the map shows. */
export type Read = (figure: Figure, column: string) => number | null

/** The number that the map shows of an area; none where it has no class. */
export function shownValue(figure: Figure, by: By): number | null {
  if (figure.status !== 'value') return null
  return by === 'share' ? figure.share : by === 'count' ? figure.count : figure.density_km2
}

/** The columns of one release. */
export function figureColumns(by: By): Read {
  return (figure, column) => {
    if (column === 'households') return figure.households
    if (column === 'coverage') return figure.coverage ?? null
    // What was not enough surveyed comes last.
    if (figure.status === 'not_enough_surveyed') return null
    if (column === 'count') return figure.count
    if (column === 'share') return figure.share
    return column === 'density' ? figure.density_km2 : shownValue(figure, by)
  }
}

/** The columns of two releases that are compared. */
export function changeColumns(changes: ReadonlyMap<string, Change>): Read {
  return ({ code }, column) => {
    const change = changes.get(code)
    if (!change) return null
    return column === 'before' ? change.before : column === 'now' ? change.now : change.apart
  }
}

/** Sorts by a column, the largest first after `-`; what is not known comes last either way, and `first` before the rest. */
export function sorted(
  figures: readonly Figure[],
  sort: string,
  read: Read,
  collator: Intl.Collator,
  first: ReadonlySet<string> | null = null,
): Figure[] {
  const column = sort.replace('-', '')
  const sign = sort.startsWith('-') ? -1 : 1
  const name = (figure: Figure) => figure.name ?? figure.code
  const isFirst = ({ code }: Figure) => Number(first?.has(code) ?? false)
  return [...figures].sort((a, b) => {
    if (isFirst(a) !== isFirst(b)) return isFirst(b) - isFirst(a)
    if (column === 'name') return sign * collator.compare(name(a), name(b))
    const [x, y] = [read(a, column), read(b, column)]
    if (x === null || y === null) return Number(x === null) - Number(y === null) || collator.compare(a.code, b.code)
    return sign * (x - y) || collator.compare(a.code, b.code)
  })
}

export interface Ends {
  worst: Figure[]
  best: Figure[]
}

/** The highest and the lowest ten; no area stands in both. */
export function extremes(figures: readonly Figure[], read: Read, collator: Intl.Collator): Ends {
  const ranked = sorted(figures, '-figure', read, collator).filter((figure) => read(figure, 'figure') !== null)
  const half = Math.min(10, Math.ceil(ranked.length / 2))
  const lowest = Math.min(10, ranked.length - half)
  return { worst: ranked.slice(0, half), best: lowest ? ranked.slice(-lowest).reverse() : [] }
}

/** The ten that clearly grew most, and those that clearly shrank most. */
export function movers(figures: readonly Figure[], changes: ReadonlyMap<string, Change>, collator: Intl.Collator): Ends {
  const clear = figures.filter(({ code }) => changes.get(code)?.isClear)
  const ranked = sorted(clear, '-change', changeColumns(changes), collator)
  const apart = ({ code }: Figure) => changes.get(code)?.apart ?? 0
  return {
    worst: ranked.filter((figure) => apart(figure) > 0).slice(0, 10),
    best: ranked.filter((figure) => apart(figure) < 0).reverse().slice(0, 10),
  }
}
