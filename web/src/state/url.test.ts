import { expect, test } from 'vitest'
import { DEFAULTS, parse, query, type Shown } from './url'

test('what is shown comes back from its address', () => {
  const shown: Shown = {
    language: 'en', theme: 'elderly', geography: 'village', within: '0103', area: '0103010002', measure: 'count',
    palette: 'contrast', view: 'table', sort: '-change', release: '2021-11', compare: '2020.1', classes: '2019',
    filter: 'poverty.share.least.0.2,elderly.count.most.50', institutions: 'shown',
    at: '7.20/-1.5000/86.1000',
  }
  expect(parse(query(shown), 'id')).toEqual(shown)
  expect(parse(query(DEFAULTS), 'en')).toEqual(DEFAULTS)
})

test('what an address has wrong is the default', () => {
  const shown = parse('?lang=fr&geography=street&within=<b>&at=1&sort=secret&view=3d&release=../x&compare=A&classes=-', 'en')
  expect(shown).toEqual({ ...DEFAULTS, language: 'en' })
})
