// What is said of an area, in one sentence with its margin.
import type { Figure } from '../data/figures'
import type { Key, Say, writer } from './text'

export type By = 'share' | 'density' | 'count'
export type Told = Pick<Figure, 'count' | 'moe95' | 'share' | 'share_moe95' | 'density_km2' | 'status' | 'coverage' | 'shown_share'>

/** How a share is said, by which it is. */
const FORMS: Record<string, string> = { estimate: 'estimate', surveyed: 'surveyed' }

export function sentence(
  say: Say,
  write: ReturnType<typeof writer>,
  subject: { theme: string; by: By; place: string; threshold: number },
  figure: Told,
): string {
  const { theme, by, place, threshold } = subject
  const count = withMargin(write.whole(figure.count), figure.moe95, write.wholeMargin)
  if (figure.status !== 'value') return say(`sentence.${figure.status}`, { place, count, coverage: write.share(figure.coverage, 0) })
  if (by === 'density') return say('sentence.density', { place, count, density: write.density(figure.density_km2) })
  const share = withMargin(write.share(figure.share), figure.share_moe95, write.shareMargin)
  const form = by !== 'share' || figure.share === null ? 'count' : (FORMS[figure.shown_share ?? 'found'] ?? 'share')
  return say(`sentence.${theme}.${form}` as Key, { share, count, place, threshold })
}

/** A figure with its margin of error, where it has one; the margin is not parted from its sign at the end of a line. */
export function withMargin(figure: string, moe95: number | null, write: (value: number) => string): string {
  return moe95 ? `${figure} (±\u00a0${write(moe95)})` : figure
}
