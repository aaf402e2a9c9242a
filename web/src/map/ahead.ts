// The tiles of what is looked at first, which are asked for before the map's worker is there to ask.
import type { Camera } from './canvas'
import { leastZoom } from './levels'
import { type Drawn, sourcesOf } from './style'

/** All levels have tiles down to here (`tiles/zooms.toml`); beyond it they differ. */
const MOST_ZOOM = 8

export function tilesAhead(drawn: Drawn, { zoom, box }: Camera): string[] {
  const z = Math.floor(zoom)
  if (!drawn.release || z > MOST_ZOOM) return []
  const [west, south, east, north] = box
  const [left, right] = [column(west, z), column(east, z)]
  const [top, bottom] = [row(north, z), row(south, z)]
  return sourcesOf(drawn).filter((name) => z >= leastZoom(name)).flatMap((name) =>
    span(left, right).flatMap((x) => span(top, bottom).map((y) => `/tiles/${name}/${z}/${x}/${y}.mvt?release=${drawn.release}`)),
  )
}

const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

const within = (at: number, z: number) => Math.max(0, Math.min(2 ** z - 1, Math.floor(at * 2 ** z)))
const column = (longitude: number, z: number) => within(longitude / 360 + 0.5, z)

/** Web Mercator's square, from the north. */
function row(latitude: number, z: number): number {
  const northing = Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))
  return within(0.5 - northing / (2 * Math.PI), z)
}
