import { expect, test } from 'vitest'
import { hexagonAt, offered } from './levels'
import { PAPER } from './palette'
import { type Drawn, style } from './style'

const DRAWN: Drawn = {
  theme: 'poverty', geography: 'regency', by: 'share', shownShare: 'found', codes: ['0101'], inner: [0.2], colours: ['#fff', '#000'],
  release: 'r', change: null, met: null, points: [], most: 10, area: '', frame: { code: '01', level: 'province' },
}
const PLACES = { origin: 'http://here', font: 'http://here/font.woff2' }
const ids = (drawn: Drawn) => style(drawn, PLACES).layers.map(({ id }) => id)

test('shares are fills and numbers are circles', () => {
  expect(ids(DRAWN)).not.toContain('circles')
  expect(ids({ ...DRAWN, by: 'count' })).toContain('circles')
  const fill = style({ ...DRAWN, by: 'count' }, PLACES).layers.find(({ id }) => id === 'areas')
  expect(fill?.paint).toMatchObject({ 'fill-color': '#ffffff' })
})

test('the share that is shown is the one of the tiles', () => {
  const fill = style({ ...DRAWN, shownShare: 'estimate' }, PLACES).layers.find(({ id }) => id === 'areas')
  expect(JSON.stringify(fill?.paint)).toContain('"poverty_share_estimate"')
})

test('names may come in a later frame, and nothing is drawn of no release', () => {
  const later = style(DRAWN, PLACES, 'later').layers.map(({ id }) => id)
  expect(ids(DRAWN).filter((id) => !later.includes(id))).toEqual(['labels'])
  expect(style({ ...DRAWN, release: '' }, PLACES)).toMatchObject({ sources: {}, layers: [] })
})

test('what has no figure is hatched, each in its way', () => {
  expect(ids(DRAWN).filter((id) => id.startsWith('hatch'))).toEqual(['hatch-below_10', 'hatch-not_enough_surveyed', 'hatch-not_visited', 'hatch-no_data'])
})

test('a change is a fill of its class, of a number too', () => {
  const change = { colours: ['#111', '#222'], codes: [['0101'], []], untold: { below_10: ['0102'], not_enough_surveyed: [], not_visited: [], no_data: [] } }
  const { layers } = style({ ...DRAWN, by: 'count', change }, PLACES)
  expect(layers.map(({ id }) => id)).not.toContain('circles')
  expect(layers.find(({ id }) => id === 'areas')?.paint).toMatchObject({
    'fill-color': ['match', ['get', 'code'], ['0101'], '#111', PAPER.untold],
  })
  expect(layers.find(({ id }) => id === 'hatch-below_10')).toMatchObject({ filter: ['match', ['get', 'code'], ['0102'], true, false] })
})

test('what does not meet the filter is veiled, and the rest stays', () => {
  const veil = style({ ...DRAWN, met: ['0101'] }, PLACES).layers.find(({ id }) => id === 'veil')
  expect(veil).toMatchObject({ filter: ['all', expect.anything(), ['!', ['match', ['get', 'code'], ['0101'], true, false]]] })
})

test('everything comes from here', () => {
  expect(JSON.stringify(style(DRAWN, PLACES)).match(/https?:\/\/[^"/]+/g)?.every((url) => url === 'http://here')).toBe(true)
})

test('a region is shown in two levels below it, and in hexagons that follow the zoom', () => {
  expect(offered(null)).toEqual(['province', 'regency', 'hexagon'])
  expect(offered('district')).toEqual(['village', 'hexagon'])
  expect([null, 'district', 'village'].map((level) => offered(level, false))).toEqual([['province', 'regency'], ['village'], ['village']])
  expect([2, 6.9, 7, 8.5, 10, 14].map(hexagonAt)).toEqual(['hex4', 'hex4', 'hex5', 'hex6', 'hex8', 'hex8'])
})
