// Everything that the page asks of the server.
import type { Box, Catalogue, Figure, Found, Head, Layer, Region, ShareOf } from './figures'

/** The server refused, and said what to do. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail)
  }
}

/** At most so many areas stand in one table. */
export const MOST = 4000

export const catalogue = (signal?: AbortSignal) => ask<Catalogue>('/layers', signal)

export const region = (code: string, signal?: AbortSignal) =>
  ask<Region>(`/regions/${encodeURIComponent(code || 'nation')}`, signal)

export async function search(text: string, signal?: AbortSignal): Promise<Found[]> {
  const asked = new URLSearchParams({ q: text, limit: '8' })
  return (await ask<{ regions: Found[] }>(`/regions?${asked}`, signal)).regions
}

/** Where a layer is to be had, for the table as for taking home. */
export function layerUrl(
  theme: string,
  geography: string,
  format: 'csv' | 'geojson',
  part: { within?: string; box?: Box | null },
  more: Record<string, string> = {},
): string {
  const asked = new URLSearchParams(more)
  if (part.within) asked.set('within', part.within)
  if (part.box) asked.set('bbox', part.box.map((degrees) => degrees.toFixed(4)).join(','))
  const text = asked.toString().replaceAll('%2C', ',')
  return `/layers/${theme}/${geography}.${format}${text ? `?${text}` : ''}`
}

interface Collection {
  sebaran: Head
  features: { properties: Figure & { share_of: ShareOf | null } }[]
}

export async function layer(url: string, signal?: AbortSignal): Promise<Layer> {
  const { sebaran, features } = await ask<Collection>(url, signal)
  const figures = features.map(({ properties }) => properties)
  const shareOf = figures.find(({ share_of }) => share_of)?.share_of ?? null
  return { head: sebaran, figures, shareOf }
}

async function ask<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { signal: signal ?? null })
  if (answer.ok) return (await answer.json()) as T
  const problem = (await answer.json().catch(() => null)) as { detail?: string } | null
  throw new Refused(answer.status, problem?.detail ?? `${answer.status}`)
}
