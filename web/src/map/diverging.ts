// Classes and colours of a change: PuOr (Brewer 2003), which keeps its two arms apart without colour vision.
import type { Change } from '../data/change'
import type { By } from '../words/sentence'
import told from './change.json'

/** Orange is more, purple is less. */
export const COLOURS: readonly string[] = told.colours

/** The class of no clear change. */
export const UNCLEAR = 3

/**
 * The sizes at which a change is larger, then largest. They are fixed, so that maps of any place and any two releases
 * can be laid side by side; each theme has its own, because a point of the elderly is much and of the poor is little.
 */
export function steps(theme: string, by: By): [number, number] {
  const points: Record<string, number[]> = told.points
  const [large, largest] = by === 'share' ? (points[theme] ?? told.points.poverty) : told.relative
  return [large!, largest!]
}

/** The class of a change, 0 for much less and 6 for much more; none where there is nothing to compare. */
export function classOf({ classed, isClear }: Change, [large, largest]: [number, number]): number | null {
  if (classed === null) return null
  if (!isClear) return UNCLEAR
  const size = Math.abs(classed) >= largest ? 3 : Math.abs(classed) >= large ? 2 : 1
  return UNCLEAR + Math.sign(classed) * size
}
