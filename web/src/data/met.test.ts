import { expect, test } from 'vitest'
import { conditions, written } from '../state/filter'
import type { Figure, Layer } from './figures'
import { csv, met } from './met'
import cases from './met.json'

const figure = (code: string, share: number | null, count: number | null, status: Figure['status'] = 'value'): Figure => ({
  code, name: `Desa "${code}", kota`, parent: null, households: 10, count, moe95: 1, share, share_moe95: 0.1,
  density_km2: null, rest: false, status,
})
const layer = (...figures: Figure[]) =>
  ({ head: { release: 'r', reference_date: '2021-12-31' }, figures, shareOf: null }) as unknown as Layer

const POVERTY = layer(figure('a', 0.3, 30), figure('b', 0.1, 10), figure('c', 0.5, 5), figure('d', null, null, 'below_10'))
const ELDERLY = layer(figure('a', 0.05, 50), figure('b', 0.9, 90), figure('c', null, null, 'not_visited'), figure('d', 0.05, 50))
const THEMES = new Map([['poverty', POVERTY], ['elderly', ELDERLY]])

test('an area meets all conditions, or its figure is missing, or it does not meet them', () => {
  const asked = conditions('poverty.share.least.0.3,elderly.count.most.50')
  const found = met(POVERTY.figures, asked, THEMES)
  expect([...found.codes]).toEqual(['a'])
  expect(found).toMatchObject({ households: 10, unknown: 2, among: 4 })
})

test('a figure meets what it meets at the server', () => {
  for (const { asked, share, count, status, meets } of cases) {
    const of = layer(figure('a', share, count, status as Figure['status']))
    const { codes, unknown } = met(of.figures, conditions(asked), new Map([['poverty', of]]))
    expect([codes.size, unknown], `${asked} of ${share} and ${count}`).toEqual([meets ? 1 : 0, meets === null ? 1 : 0])
  }
})

test('conditions come back from their text, and what is wrong is left out', () => {
  const text = 'poverty.share.least.0.25,elderly.count.most.50'
  expect(written(conditions(text))).toBe(text)
  expect(conditions('poverty.share.least.x,<b>,elderly.count.most.-1,poverty.sum.least.1')).toEqual([])
  expect(conditions(Array(9).fill('poverty.share.least.1').join(','))).toHaveLength(5)
})

test('the list has the figures of every theme, quoted where a name needs it', () => {
  const [head, row, end] = csv(POVERTY.figures, new Set(['a']), THEMES, 'x').split('\r\n')
  expect(head).toContain('code,name,parent,households,coverage,poverty_count,poverty_moe95,poverty_share')
  expect(row).toBe('a,"Desa ""a"", kota",,10,,30,1,0.3,0.1,,,value,50,1,0.05,0.1,,,value,x,r,2021-12-31')
  expect(end).toBe('')
})

test('a name that a spreadsheet would compute is a text in the list', () => {
  for (const name of ['=1+1', '+62', '-x', '@x', '\t=1', ' =1']) {
    const [, row] = csv([{ ...POVERTY.figures[0]!, name }], new Set(['a']), THEMES, 'x').split('\r\n')
    expect(row).toMatch(`a,'${name},`)
  }
})
