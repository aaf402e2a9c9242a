// The geographies that are shown, in one table.

export const GEOGRAPHIES = ['province', 'regency', 'district', 'village', 'hexagon'] as const
export type Geography = (typeof GEOGRAPHIES)[number]
export type Level = Exclude<Geography, 'hexagon'>

/** The levels of region, the coarsest first, with the least zoom of their tiles (`tiles/zooms.toml`). */
export const LEVELS: readonly { name: Level; least: number }[] = [
  { name: 'province', least: 0 },
  { name: 'regency', least: 2 },
  { name: 'district', least: 5 },
  { name: 'village', least: 7 },
]

/** Hexagons are drawn from this zoom on. */
export const LEAST_HEXAGON_ZOOM = 2

/** Institutions of the whole nation are drawn from this zoom on; those of a region always. */
export const LEAST_INSTITUTION_ZOOM = 7

const depth = (level: string | null) => LEVELS.findIndex(({ name }) => name === level)

/** The level of a region's parts; none of a village. The nation is `null`. */
export function below(level: string | null): Level | null {
  return LEVELS[depth(level) + 1]?.name ?? null
}

/**
 * What a region can be shown in: two levels below it, so that a table stays one that can be read. A theme that is
 * told by region alone has no hexagons; a village is then shown by itself.
 */
export function offered(level: string | null, hexagons = true): Geography[] {
  const first = depth(level) + 1
  const levels = LEVELS.slice(first, first + 2).map(({ name }) => name)
  if (hexagons) return [...levels, 'hexagon']
  return levels.length ? levels : ['village']
}

/** The least zoom at which a geography is drawn. */
export function leastZoom(geography: Geography): number {
  return LEVELS.find(({ name }) => name === geography)?.least ?? LEAST_HEXAGON_ZOOM
}

/** The layer of the hexagons that tiles of a zoom hold. */
export function hexagonAt(zoom: number): string {
  const whole = Math.floor(zoom)
  return `hex${Math.min(8, Math.max(4, whole - 2))}`
}
