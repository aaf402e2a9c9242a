// Everything that the page asks of the server.
import type { Box, Catalogue, Figure, Found, Head, Institution, Layer, Region, ShareOf } from './figures'
import { asShown } from './shown'

/** The server refused, and said what to do. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail)
  }
}

/** Every answer comes from the release that is asked for; none means the server's current one. */
export const catalogue = (release: string, signal?: AbortSignal) =>
  ask<Catalogue>(`/layers${release && `?release=${release}`}`, signal)

export async function region(code: string, release: string, signal?: AbortSignal): Promise<Region> {
  const found = await ask<Region>(`/regions/${encodeURIComponent(code || 'nation')}?release=${release}`, signal)
  const themes = found.themes.map((figures) => ({
    ...asShown(figures),
    parent: figures.parent && asShown(figures.parent),
    nation: figures.nation && asShown(figures.nation),
  }))
  return { ...found, themes }
}

/** A region's page for printing. */
export const reportUrl = (code: string, release: string, language: string) =>
  `/regions/${encodeURIComponent(code || 'nation')}/report?${new URLSearchParams({ lang: language, release })}`

export async function search(text: string, release: string, signal?: AbortSignal): Promise<Found[]> {
  const asked = new URLSearchParams({ q: text, limit: '8', ...(release && { release }) })
  return (await ask<{ regions: Found[] }>(`/regions?${asked}`, signal)).regions
}

/** Which areas of which release. */
export interface Part {
  within?: string
  box?: Box | null
  release: string
}

/** Where a layer is to be had, for the table as for taking home. */
export function layerUrl(
  theme: string,
  geography: string,
  format: 'csv' | 'xlsx' | 'geojson' | 'gpkg',
  part: Part,
  more: Record<string, string> = {},
): string {
  const asked = new URLSearchParams(more)
  if (part.within) asked.set('within', part.within)
  if (part.box) asked.set('bbox', part.box.map((degrees) => degrees.toFixed(4)).join(','))
  asked.set('release', part.release)
  return `/layers/${theme}/${geography}.${format}?${asked.toString().replaceAll('%2C', ',')}`
}

/** The picture of a layer, which the server makes. */
export const mapUrl = (theme: string, geography: string, format: 'png' | 'svg' | 'pdf', asked: Record<string, string>) =>
  `/maps/${theme}/${geography}.${format}?${new URLSearchParams(asked)}`

/** The institutions of a region, or of a box; those whose place is not known have none. */
export async function institutions(part: Part, signal?: AbortSignal): Promise<Institution[]> {
  const asked = new URLSearchParams({ release: part.release })
  if (part.within) asked.set('within', part.within)
  else if (part.box) asked.set('bbox', part.box.map((degrees) => degrees.toFixed(4)).join(','))
  const { features } = await ask<{
    features: { geometry: { coordinates: [number, number] } | null; properties: Omit<Institution, 'position'> }[]
  }>(`/layers/institutions.geojson?${asked}`, signal)
  return features.map(({ geometry, properties }) => ({ ...properties, position: geometry?.coordinates ?? null }))
}

interface Collection {
  sebaran: Head
  features: { properties: Figure & { share_of: ShareOf | null } }[]
}

export async function layer(url: string, signal?: AbortSignal): Promise<Layer> {
  const { sebaran, features } = await ask<Collection>(url, signal)
  const figures = features.map(({ properties }) => asShown(properties, sebaran.shown_share))
  const shareOf = figures.find(({ share_of }) => share_of)?.share_of ?? null
  return { head: sebaran, figures, shareOf }
}

async function ask<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { signal: signal ?? null })
  if (answer.ok) return (await answer.json()) as T
  const problem = (await answer.json().catch(() => null)) as { detail?: string } | null
  throw new Refused(answer.status, problem?.detail ?? `${answer.status}`)
}
