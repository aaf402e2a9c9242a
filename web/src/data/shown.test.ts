import { expect, test } from 'vitest'
import { asShown, isRanked } from './shown'

test('the share that is shown stands in the place of what was found', () => {
  const figures = { share: 0.1, share_moe95: 0.01, share_estimate: 0.2, share_estimate_moe95: 0.03, share_surveyed: 0.5 }
  expect(asShown(figures, 'estimate')).toMatchObject({ share: 0.2, share_moe95: 0.03, found: { share: 0.1, share_moe95: 0.01 } })
  expect(asShown(figures, 'surveyed')).toMatchObject({ share: 0.5, share_moe95: null })
  expect(asShown(figures, 'none')).toMatchObject({ share: null })
  expect(asShown(figures, 'found')).toMatchObject({ share: 0.1 })
})

test('without a prelist nothing is ranked', () => {
  expect((['found', 'estimate', 'surveyed', 'none'] as const).map(isRanked)).toEqual([true, true, false, false])
})
