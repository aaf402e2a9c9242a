// Whether an area is better or worse than a larger one, in words that its margin allows.
import type { Figure } from '../data/figures'
import { isRanked } from '../data/shown'
import type { Say, writer } from './text'

export type Shared = Pick<Figure, 'share' | 'share_moe95'> & Partial<Pick<Figure, 'status' | 'shown_share'>>

/** The themes of which more is better; of every other more is worse. */
const MORE_IS_BETTER: ReadonlySet<string> = new Set(['visits', 'completion'])

/** Below this margin a tenth of a point says too little. */
const FINE = 0.005

/** Nothing where one of them has no share. The margin is that of two independent errors: an upper bound. */
export function against(
  say: Say,
  write: ReturnType<typeof writer>,
  of: { theme: string; place: string },
  own: Shared,
  other: Shared | null,
): string {
  if (own.share === null || !other || other.share === null) return ''
  if ([own, other].some(({ status, shown_share }) => (status ?? 'value') !== 'value' || !isRanked(shown_share))) return ''
  const apart = own.share - other.share
  const margin = Math.hypot(own.share_moe95 ?? 0, other.share_moe95 ?? 0)
  const decimals = margin < FINE ? 2 : 1
  const told = {
    place: of.place,
    there: write.share(other.share),
    points: write.points(apart, decimals),
    margin: write.pointsMargin(margin, decimals),
  }
  if (Math.abs(apart) <= margin) return say('against.same', told)
  const isBetter = apart > 0 === MORE_IS_BETTER.has(of.theme)
  return say(`against.${isBetter ? 'better' : 'worse'}.${apart > 0 ? 'above' : 'below'}`, told)
}
