// How much of an area was surveyed, in words: what `src/report/surveyed.rs` says.
import type { Surveyed } from '../data/figures'
import { withMargin } from './sentence'
import type { Say, writer } from './text'

type Write = ReturnType<typeof writer>

/** How much, and of what; nothing where that is not known. */
export function surveyed(say: Say, write: Write, { coverage, coverage_moe95, coverage_of }: Surveyed): string {
  if (!coverage_of) return ''
  return say(`surveyed.${coverage_of}`, { coverage: withMargin(write.share(coverage, 0), coverage_moe95 ?? null, write.shareMargin) })
}

/** Between which shares the poor of the residents lie; nothing where that is not known. */
export function bounds(say: Say, write: Write, { share_low: low, share_high: high }: Surveyed): string {
  if (low == null || high == null) return ''
  return say('surveyed.bounds', { low: write.share(low), high: write.share(high) })
}
