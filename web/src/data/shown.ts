// Which of an area's shares is shown.
import type { ShownShare, Surveyed } from './figures'

type Shares = Surveyed & { share: number | null; share_moe95: number | null }

/** Whether areas are ranked and compared by it: without a prelist nothing says how much was looked at. */
export const isRanked = (shown: ShownShare | undefined) => shown !== 'surveyed' && shown !== 'none'

/** The field of tiles and layers that holds it; `null` where none is shown. */
export const FIELDS: Record<ShownShare, keyof Shares | null> = {
  found: 'share', estimate: 'share_estimate', surveyed: 'share_surveyed', none: null,
}

/** The figures with the share that is shown in the place of `share`. */
export function asShown<T extends Shares>(figures: T, shown: ShownShare | undefined = figures.shown_share): T {
  if (!shown) return figures
  const { share, share_moe95 } = figures
  const of = {
    found: [share, share_moe95],
    estimate: [figures.share_estimate, figures.share_estimate_moe95],
    surveyed: [figures.share_surveyed, figures.share_surveyed_moe95],
    none: [null, null],
  }[shown]
  return { ...figures, shown_share: shown, found: { share, share_moe95 }, share: of[0] ?? null, share_moe95: of[1] ?? null }
}
