import { expect, test } from 'vitest'
import { tilesAhead } from './ahead'
import type { Drawn } from './style'

const drawn = { geography: 'regency', frame: null, release: 'r' } as unknown as Drawn
const camera = (zoom: number) => ({ zoom, latitude: 0, longitude: 0, box: [-10, -10, 100, 10] as [number, number, number, number] })

test('the tiles of a view are those of its land and its areas', () => {
  expect(tilesAhead(drawn, camera(2.9))).toEqual(
    ['province', 'regency'].flatMap((name) => ['1/1', '1/2', '2/1', '2/2', '3/1', '3/2'].map((at) => `/tiles/${name}/2/${at}.mvt?release=r`)),
  )
})

test('none are asked for where a level has none, or of no release', () => {
  expect(tilesAhead(drawn, camera(1)).every((url) => url.startsWith('/tiles/province/1/'))).toBe(true)
  expect(tilesAhead(drawn, camera(9))).toEqual([])
  expect(tilesAhead({ ...drawn, release: '' }, camera(2))).toEqual([])
})
