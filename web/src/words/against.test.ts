import { expect, test } from 'vitest'
import { against } from './against'
import { speaker, writer } from './text'

const said = (theme: string, own: number, other: number | null) =>
  against(speaker('en'), writer('en'), { theme, place: 'X' }, { share: own, share_moe95: 0.03 }, { share: other, share_moe95: 0.04 })

test('better and worse are said where the difference is beyond its margin', () => {
  expect(said('poverty', 0.3, 0.2)).toBe('Worse than X (20.0%): 10.0 points above (±\u00a05.0).')
  expect(said('poverty', 0.1, 0.2)).toBe('Better than X (20.0%): 10.0 points below (±\u00a05.0).')
  expect(said('poverty', 0.16, 0.2)).toBe('No clear difference from X (20.0%): 4.0 points, within the margin of ±\u00a05.0.')
  expect(said('poverty', 0.16, null)).toBe('')
})

test('what was not enough surveyed is neither better nor worse', () => {
  const share = (share: number) => ({ share, share_moe95: 0.001 })
  const say = (own: object, other: object = {}) =>
    against(speaker('en'), writer('en'), { theme: 'poverty', place: 'X' }, { ...share(0.003), ...own }, { ...share(0.08), ...other })
  expect(say({ status: 'not_enough_surveyed' })).toBe('')
  expect(say({}, { status: 'not_enough_surveyed' })).toBe('')
  expect(say({ shown_share: 'surveyed' })).toBe('')
  expect(say({ shown_share: 'estimate' })).toContain('Better than X')
})

test('of completed visits more is better', () => {
  expect(said('visits', 0.9, 0.7)).toContain('Better than X')
})
