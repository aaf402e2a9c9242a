// What is said of a change, with its margin.
import type { Change, Pair } from '../data/change'
import type { By } from './sentence'
import type { Say, writer } from './text'

type Write = ReturnType<typeof writer>

/** A figure of one of the releases. */
export function figureOf(write: Write, by: By, value: number | null): string {
  return by === 'share' ? write.share(value) : write.whole(value)
}

/** The size of a change in its unit, without a sign. */
export function sizeOf(say: Say, write: Write, by: By, apart: number): string {
  return by === 'share' ? say('change.points', { points: write.points(apart) }) : write.whole(Math.abs(apart))
}

/** The size of a change with its sign. */
export function signed(say: Say, write: Write, by: By, apart: number | null): string {
  if (apart === null) return '–'
  return `${apart < 0 ? '−' : '+'}${sizeOf(say, write, by, apart)}`
}

/** The margin of a change in its unit. */
export function marginOf(say: Say, write: Write, by: By, margin: number): string {
  return by === 'share' ? say('change.points', { points: write.pointsMargin(margin) }) : write.wholeMargin(margin)
}

export function changeSentence(say: Say, write: Write, of: { place: string; by: By; pair: Pair }, change: Change): string {
  const { place, by, pair } = of
  if (change.apart === null || change.margin === null) return say('change.none', { place })
  const way = !change.isClear ? 'unclear' : change.apart > 0 ? 'up' : 'down'
  const said = say(`change.${way}`, {
    place,
    earlier: pair.earlier,
    later: pair.later,
    before: figureOf(write, by, change.before),
    now: figureOf(write, by, change.now),
    size: sizeOf(say, write, by, change.apart),
    margin: marginOf(say, write, by, change.margin),
  })
  if (!change.coverage) return said
  const [before, now] = change.coverage.map((coverage) => write.share(coverage))
  return `${say('change.coverage', { place, earlier: pair.earlier, later: pair.later, before: before!, now: now! })} ${said}`
}
