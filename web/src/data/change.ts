// What changed in an area between two releases, and whether that is more than its margin.
import type { By } from '../words/sentence'
import type { Figure, Layer, Status } from './figures'

export type Told = Pick<Figure, 'count' | 'moe95' | 'share' | 'share_moe95' | 'status' | 'shown_share' | 'found' | 'coverage' | 'coverage_of'>

export interface Change {
  /** `value` where both releases have a figure, else why one of them has none. */
  status: Status
  now: number | null
  before: number | null
  /** Now less before, in the unit of the figure. */
  apart: number | null
  /** Half the width of a 95 % interval of `apart`, as of two independent errors: an upper bound. */
  margin: number | null
  /** What the map classes: points of a share (a fraction), or how much of the number before. */
  classed: number | null
  isClear: boolean
  /** The coverage of the prelist before and now, where it changed by more than a share did. */
  coverage: [number, number] | null
}

/** Two releases in the order of their dates. */
export interface Pair {
  earlier: string
  later: string
  /** Whether the later is the one that is compared with, and not the one that is shown. */
  isOtherLater: boolean
}

export function pair(shown: Layer, other: Layer): Pair {
  const isOtherLater = other.head.reference_date > shown.head.reference_date
  const [earlier, later] = isOtherLater ? [shown, other] : [other, shown]
  return { earlier: earlier.head.release, later: later.head.release, isOtherLater }
}

/** Shares are compared in points, numbers in per cent of what they were. */
export function change(now: Told | undefined, before: Told | undefined, by: By): Change {
  // Shares of two kinds are not compared: what was found is.
  const isFound = now?.shown_share !== before?.shown_share
  const [a, aMargin] = told(now, by, isFound)
  const [b, bMargin] = told(before, by, isFound)
  if (a === null || b === null) {
    const untold = [now, before].map((one) => one?.status ?? 'no_data').find((status) => status !== 'value')
    return { status: untold ?? 'no_data', now: a, before: b, apart: null, margin: null, classed: null, isClear: false, coverage: null }
  }
  const apart = a - b
  const margin = Math.hypot(aMargin ?? 0, bMargin ?? 0)
  const classed = by === 'share' ? apart : b > 0 ? apart / b : Math.sign(apart)
  const [earlier, later] = [before, now].map((one) => (one?.coverage_of === 'prelist' ? (one.coverage ?? null) : null))
  const isMore = by === 'share' && earlier != null && later != null && Math.abs(later - earlier) > Math.abs(apart)
  const coverage: [number, number] | null = isMore ? [earlier, later] : null
  return { status: 'value', now: a, before: b, apart, margin, classed, isClear: Math.abs(apart) > margin, coverage }
}

function told(figure: Told | undefined, by: By, isFound: boolean): [number | null, number | null] {
  if (figure?.status !== 'value') return [null, null]
  const { share, share_moe95 } = (isFound && figure.found) || figure
  return by === 'share' ? [share, share_moe95] : [figure.count, figure.moe95]
}

/** The changes of the areas that are shown, by code. */
export function changes(shown: Layer, other: Layer, by: By): Map<string, Change> {
  const { isOtherLater } = pair(shown, other)
  const others = new Map(other.figures.map((figure) => [figure.code, figure]))
  const between = (figure: Figure) => {
    const [now, before] = isOtherLater ? [others.get(figure.code), figure] : [figure, others.get(figure.code)]
    return change(now, before, by)
  }
  return new Map(shown.figures.map((figure) => [figure.code, between(figure)]))
}
