// Colours, light for low, as the pictures of the server have them too: from ColorBrewer (Brewer 2003) and
// viridis (van der Walt and Smith 2015).
import type { Status } from '../data/figures'
import type { Palette } from '../state/url'
import palettes from './palette.json'

const SEQUENTIAL: Record<string, string[]> = palettes.sequential

/** As many colours as there are classes, from the lightest to the darkest. */
export function colours(theme: string, palette: Palette, classes: number): string[] {
  const five = palette === 'contrast' ? palettes.contrast : (SEQUENTIAL[theme] ?? SEQUENTIAL['poverty']!)
  if (classes <= 1) return [five[2]!]
  return Array.from({ length: classes }, (_, at) => five[Math.round((at * 4) / (classes - 1))]!)
}

export const PAPER = palettes.paper

type Marks = 'dots' | 'lines' | 'crosses' | 'bars'

/** How an area without a class is hatched: marks in this ink on this ground. */
export const HATCHES = palettes.hatches as Record<Exclude<Status, 'value'>, { ground: string; ink: string; marks: Marks }>

/** Whether a mark's ink covers a dot of a tile of `size`. One function draws it in map and legend. */
export function inked(marks: Marks, x: number, y: number, size: number): boolean {
  const near = (sum: number) => ((sum % size) + size) % size < size / 6
  if (marks === 'dots') return Math.hypot((x % size) - size / 2, (y % size) - size / 2) < size / 5
  if (marks === 'bars') return near(y - size / 2)
  if (marks === 'lines') return near(x + y)
  return near(x + y) || near(x - y)
}

/** A hatch as dots of red, green, blue and opacity. */
export function hatch(status: Exclude<Status, 'value'>, size: number): Uint8ClampedArray<ArrayBuffer> {
  const { ground, ink, marks } = HATCHES[status]
  const dots = new Uint8ClampedArray(size * size * 4)
  for (let at = 0; at < size * size; at++) {
    const colour = inked(marks, at % size, Math.floor(at / size), size) ? ink : ground
    const parts = [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16))
    dots.set([...parts, 255], at * 4)
  }
  return dots
}
