// The rows of the table and of the ranking, in order.
import type { By } from '../words/sentence'
import type { Figure } from './figures'

/** The number that the map shows of an area; none where it has no class. */
export function shownValue(figure: Figure, by: By): number | null {
  if (figure.status !== 'value') return null
  return by === 'share' ? figure.share : by === 'count' ? figure.count : figure.density_km2
}

/** Sorts by a column, the largest first after `-`; what is not known comes last either way. */
export function sorted(figures: readonly Figure[], sort: string, by: By, collator: Intl.Collator): Figure[] {
  const column = sort.replace('-', '')
  const sign = sort.startsWith('-') ? -1 : 1
  const name = (figure: Figure) => figure.name ?? figure.code
  const value = (figure: Figure): number | null => {
    if (column === 'figure') return shownValue(figure, by)
    if (column === 'households') return figure.households
    if (column === 'count') return figure.count
    return column === 'share' ? figure.share : figure.density_km2
  }
  return [...figures].sort((a, b) => {
    if (column === 'name') return sign * collator.compare(name(a), name(b))
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null) || collator.compare(a.code, b.code)
    return sign * (x - y) || collator.compare(a.code, b.code)
  })
}

/** The highest and the lowest ten; no area stands in both. */
export function extremes(figures: readonly Figure[], by: By, collator: Intl.Collator) {
  const ranked = sorted(figures, '-figure', by, collator).filter((figure) => shownValue(figure, by) !== null)
  const half = Math.min(10, Math.ceil(ranked.length / 2))
  const lowest = Math.min(10, ranked.length - half)
  return { worst: ranked.slice(0, half), best: lowest ? ranked.slice(-lowest).reverse() : [], among: ranked.length }
}
