import { expect, test } from 'vitest'
import { hexagonAt, offered } from './levels'
import { type Drawn, style } from './style'

const DRAWN: Drawn = {
  theme: 'poverty', geography: 'regency', by: 'share', codes: ['0101'], inner: [0.2], colours: ['#fff', '#000'],
  most: 10, area: '', frame: { code: '01', level: 'province' },
}
const PLACES = { origin: 'http://here', font: 'http://here/font.woff2' }
const ids = (drawn: Drawn) => style(drawn, PLACES).layers.map(({ id }) => id)

test('shares are fills and numbers are circles', () => {
  expect(ids(DRAWN)).not.toContain('circles')
  expect(ids({ ...DRAWN, by: 'count' })).toContain('circles')
  const fill = style({ ...DRAWN, by: 'count' }, PLACES).layers.find(({ id }) => id === 'areas')
  expect(fill?.paint).toMatchObject({ 'fill-color': '#ffffff' })
})

test('what has no figure is hatched, each in its way', () => {
  expect(ids(DRAWN).filter((id) => id.startsWith('hatch'))).toEqual(['hatch-below_10', 'hatch-not_visited', 'hatch-no_data'])
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
