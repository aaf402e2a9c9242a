// Of how many households a figure is known: what `src/report/known.rs` says.
import type { ThemeFigures } from '../data/figures'
import type { Say, writer } from './text'

/** A figure that is known of more percent of its households is said without that. */
const NEARLY_ALL_PERCENT = 95

/** The themes that are known of all visited households, and not of the poor ones. */
const OF_HOUSEHOLDS: ReadonlySet<string> = new Set(['poverty', 'programmes'])

/** Nothing where it is known of nearly all, or is not told. */
export function known(
  say: Say,
  write: ReturnType<typeof writer>,
  { theme, known_households: known, known_of: of }: Pick<ThemeFigures, 'theme' | 'known_households' | 'known_of'>,
): string {
  if (known === null || of === null || 100 * known >= NEARLY_ALL_PERCENT * of) return ''
  return say(OF_HOUSEHOLDS.has(theme) ? 'known.households' : 'known.poor', { known: write.whole(known), of: write.whole(of) })
}
