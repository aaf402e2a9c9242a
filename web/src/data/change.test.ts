import { expect, test } from 'vitest'
import { classOf, steps } from '../map/diverging'
import { change, type Told } from './change'
import cases from './change.json'

const figure = (count: number, moe95: number, share: number, share_moe95: number) => ({
  count, moe95, share, share_moe95, status: 'value' as const,
})

test('a change within its margin is not clear, and one beyond it has a class', () => {
  const before = figure(100, 30, 0.2, 0.01)
  const share = change(figure(160, 40, 0.26, 0.01), before, 'share')
  expect(share).toMatchObject({ isClear: true, now: 0.26, before: 0.2 })
  expect(share.margin).toBeCloseTo(Math.SQRT2 / 100, 9)
  expect(classOf(share, steps('poverty', 'share'))).toBe(6)
  const count = change(figure(140, 40, 0.2, 0.01), before, 'count')
  expect(count).toMatchObject({ isClear: false, apart: 40, margin: 50, classed: 0.4 })
  expect(classOf(count, steps('poverty', 'count'))).toBe(3)
  expect(classOf(change(figure(40, 0, 0.1, 0), before, 'count'), steps('poverty', 'count'))).toBe(0)
})

test('what one of the releases does not tell is not compared', () => {
  const untold = { ...figure(0, 0, 0, 0), status: 'below_10' as const }
  const value = figure(50, 10, 0.1, 0.01)
  for (const [now, before, status] of [[value, untold, 'below_10'], [untold, value, 'below_10'], [value, undefined, 'no_data']] as const) {
    expect(change(now, before, 'count')).toMatchObject({ status, classed: null, isClear: false })
  }
  expect(classOf(change(value, untold, 'share'), [1, 2])).toBe(null)
})

test('they are those of the server', () => {
  for (const { name, by, now, before, told } of cases) {
    const found = change((now ?? undefined) as Told | undefined, (before ?? undefined) as Told | undefined, by as 'share' | 'count')
    for (const [key, value] of Object.entries(told)) {
      const is = found[key as keyof typeof told]
      if (typeof value === 'number') expect(is, `${name}: ${key}`).toBeCloseTo(value, 12)
      else expect(is, `${name}: ${key}`).toEqual(value)
    }
  }
})
