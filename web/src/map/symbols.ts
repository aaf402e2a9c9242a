// How an institution is drawn, by its kind: one shape each, so that they differ without colour too.

export interface Symbol {
  /** In a box of 16 by 16. */
  path: string
  colour: string
}

/** Homes are blue, organisations purple, posts and offices green. */
const [HOME, ORGANISATION, POST, OTHER] = ['#0b3d91', '#6a1b7a', '#0b5d3b', '#3b3b3b']

export const SYMBOLS: Record<string, Symbol> = {
  LKSA: { path: 'M8 2 14 14H2Z', colour: HOME },
  PANTI_LU: { path: 'M2 2H14L8 14Z', colour: HOME },
  PANTI_PD: { path: 'M8 1 15 8 8 15 1 8Z', colour: HOME },
  SENTRA: { path: 'M8 1 10 6H15L11 9.3 12.6 15 8 11.6 3.4 15 5 9.3 1 6H6Z', colour: HOME },
  LKS: { path: 'M5 2H11L15 8 11 14H5L1 8Z', colour: ORGANISATION },
  YAYASAN: { path: 'M6 2H10V6H14V10H10V14H6V10H2V6H6Z', colour: ORGANISATION },
  PUSKESOS: { path: 'M8 2A6 6 0 1 0 8 14A6 6 0 1 0 8 2Z', colour: POST },
  OFFICE: { path: 'M3 3H13V13H3Z', colour: POST },
  OTHER: { path: 'M4 1.5 8 5.5 12 1.5 14.5 4 10.5 8 14.5 12 12 14.5 8 10.5 4 14.5 1.5 12 5.5 8 1.5 4Z', colour: OTHER },
}

export const symbol = (kind: string): Symbol => SYMBOLS[kind] ?? SYMBOLS['OTHER']!

/** A symbol as an image of `size` dots, with a light edge that sets it off from what is under it. */
export function picture({ path, colour }: Symbol, size: number): ImageData | null {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) return null
  pen.setTransform(size / 20, 0, 0, size / 20, size / 10, size / 10)
  const shape = new Path2D(path)
  pen.lineJoin = 'round'
  pen.lineWidth = 3
  pen.strokeStyle = '#ffffff'
  pen.stroke(shape)
  pen.fillStyle = colour
  pen.fill(shape)
  return pen.getImageData(0, 0, size, size)
}
