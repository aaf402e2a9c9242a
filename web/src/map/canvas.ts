// The map itself: the one place that names MapLibre, loaded when it is first needed.
import { Map as Canvas, prewarm, setWorkerUrl, type MapGeoJSONFeature } from 'maplibre-gl'
import font from '@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff2?url'
import { type Box, UNTOLD } from '../data/figures'
import { tilesAhead } from './ahead'
import { hatch } from './palette'
import { askAhead, workerUrl } from './program'
import { type Drawn, type Labels, style } from './style'
import { picture, symbol } from './symbols'

export interface Heard {
  /** The area and the institution under the pointer. */
  hover(code: string, institution: number | null, at: { x: number; y: number } | null): void
  choose(code: string): void
  /** Where it is now, and whether a person moved it there. */
  moved(camera: Camera, byHand: boolean): void
  idle(painted: number): void
  /** It is wider or narrower than before. */
  resized(): void
  failed(): void
}

export interface Camera {
  zoom: number
  latitude: number
  longitude: number
  box: Box
}

const HATCH_PX = 16
const SYMBOL_PX = 40
const SIGN = 'institution-'

/** The buttons stand in a row over a narrow map, and in a column over a wide one; no area is under them. */
const NARROW_PX = 600
const BESIDE_A_ROW = { top: 56, right: 12, bottom: 12, left: 12 }
const BESIDE_A_COLUMN = { top: 24, right: 24, bottom: 24, left: 60 }

setWorkerUrl(new URL(workerUrl, location.href).href)
// The worker starts while the graphics device does.
prewarm()

/** Opens a map of this. Throws where the browser has no WebGL 2. */
export function open(container: HTMLElement, label: string, heard: Heard, still: boolean, drawn: Drawn): Painted {
  const canvas = new Canvas({
    container,
    style: styled(drawn, 'later'),
    validateStyle: false,
    attributionControl: false,
    transformRequest: (url) => ({ url: fromHere(url) }),
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    maxZoom: 14,
    renderWorldCopies: false,
    fadeDuration: still ? 0 : 150,
    locale: { 'Map.Title': label },
  })
  canvas.touchZoomRotate.disableRotation()
  canvas.keyboard.disableRotation()
  return new Painted(canvas, heard, still, drawn)
}

const styled = (drawn: Drawn, labels: Labels) => style(drawn, { origin: location.origin, font: new URL(font, location.href).href }, labels)

/** The server names itself as it was reached, which behind a proxy with HTTPS is not how the page was. */
function fromHere(url: string): string {
  if (!/^https?:/.test(url)) return url
  const { pathname, search } = new URL(url)
  return location.origin + pathname + search
}

export class Painted {
  #drawn: Drawn
  #hovered = ''
  /** The first frame does not wait for their letters. */
  #labels: Labels = 'later'
  /** A style can be changed in part only once the first one stands. */
  #isReady = false
  /** Nobody wants to see the way from the whole world to the first place. */
  #hasGone = false

  constructor(
    private readonly canvas: Canvas,
    heard: Heard,
    private readonly still: boolean,
    drawn: Drawn,
  ) {
    this.#drawn = drawn
    canvas.setMissingStyleImageResolver((id) => {
      const image = imageOf(id)
      if (image && !canvas.hasImage(id)) canvas.addImage(id, image, { pixelRatio: 2 })
    })
    canvas.on('style.load', () => {
      this.#isReady = true
      if (this.#drawn !== drawn) this.show(this.#drawn)
    })
    canvas.on('mousemove', (event) => heard.hover(this.#at(event.point)?.code ?? '', this.#institution(event.point), event.point))
    canvas.on('mouseout', () => heard.hover('', null, null))
    canvas.on('click', (event) => {
      const found = this.#at(event.point)
      if (found) heard.choose(found.code)
    })
    canvas.on('moveend', (event) => heard.moved(this.camera(), Boolean((event as { byHand?: boolean }).byHand ?? event.originalEvent)))
    canvas.on('idle', () => heard.idle(this.#painted()))
    canvas.once('idle', () => {
      this.#labels = 'shown'
      this.show(this.#drawn)
    })
    canvas.on('resize', () => heard.resized())
    canvas.on('error', () => heard.failed())
  }

  /** Draws; what is the same as before is not drawn anew. */
  show(drawn: Drawn) {
    this.#drawn = drawn
    if (!this.#isReady) return
    this.canvas.setStyle(styled(drawn, this.#labels), { diff: true, validate: false })
    // A new layer has its properties from its first frame on; what asks for them before, a pointer or a tile, makes MapLibre throw.
    this.canvas.redraw()
    this.hover(this.#hovered, true)
  }

  hover(code: string, anew = false) {
    if (!this.#isReady || (code === this.#hovered && !anew)) return
    const from = { source: this.#drawn.geography, sourceLayer: this.#drawn.geography }
    if (!this.canvas.getSource(from.source)) return
    this.canvas.removeFeatureState(from)
    if (code) this.canvas.setFeatureState({ ...from, id: code }, { hovered: true })
    this.#hovered = code
  }

  fit(box: Box, least: number) {
    const padding = this.canvas.getContainer().clientWidth < NARROW_PX ? BESIDE_A_ROW : BESIDE_A_COLUMN
    const camera = this.canvas.cameraForBounds(box, { padding })
    if (!camera) return
    const zoom = Math.max(camera.zoom ?? least, least)
    this.#go({ center: camera.center, zoom })
  }

  look(at: string) {
    const [zoom, latitude, longitude] = at.split('/').map(Number)
    this.#go({ center: [longitude ?? 0, latitude ?? 0], zoom: zoom ?? 4 })
  }

  zoomTo(zoom: number) {
    this.canvas.easeTo({ zoom, animate: !this.still }, { byHand: true })
  }

  zoomBy(levels: number) {
    this.zoomTo(this.canvas.getZoom() + levels)
  }

  pan(x: number, y: number) {
    const { clientWidth, clientHeight } = this.canvas.getContainer()
    this.canvas.panBy([(x * clientWidth) / 3, (y * clientHeight) / 3], { animate: !this.still }, { byHand: true })
  }

  camera(): Camera {
    const { lng, lat } = this.canvas.getCenter()
    const bounds = this.canvas.getBounds()
    const box: Box = [
      Math.max(-180, bounds.getWest()),
      Math.max(-90, bounds.getSouth()),
      Math.min(180, bounds.getEast()),
      Math.min(90, bounds.getNorth()),
    ]
    return { zoom: this.canvas.getZoom(), latitude: lat, longitude: lng, box }
  }

  label(text: string) {
    this.canvas.getCanvas().setAttribute('aria-label', text)
  }

  close() {
    this.canvas.remove()
  }

  #go(to: { center?: import('maplibre-gl').LngLatLike | undefined; zoom: number }) {
    const camera = to.center ? { center: to.center, zoom: to.zoom } : { zoom: to.zoom }
    if (this.still || !this.#hasGone) this.canvas.jumpTo(camera)
    else this.canvas.easeTo({ ...camera, duration: 600 })
    if (!this.#hasGone) tilesAhead(this.#drawn, this.camera()).forEach(askAhead)
    this.#hasGone = true
  }

  #at(point: { x: number; y: number }): { code: string } | null {
    if (!this.canvas.getLayer('areas')) return null
    const [found] = this.canvas.queryRenderedFeatures([point.x, point.y], { layers: ['areas'] })
    return found ? { code: codeOf(found) } : null
  }

  #institution(point: { x: number; y: number }): number | null {
    if (!this.canvas.getLayer('institutions')) return null
    const [found] = this.canvas.queryRenderedFeatures([point.x, point.y], { layers: ['institutions'] })
    return found ? Number(found.id) : null
  }

  /** How many institutions are to be seen. */
  institutions(): number {
    if (!this.canvas.getLayer('institutions')) return 0
    return this.canvas.queryRenderedFeatures({ layers: ['institutions'] }).length
  }

  #painted(): number {
    if (!this.canvas.getLayer('areas')) return 0
    return new Set(this.canvas.queryRenderedFeatures({ layers: ['areas'] }).map(codeOf)).size
  }
}

/** A hatch by its status, or a symbol by its kind. */
function imageOf(id: string): { width: number; height: number; data: Uint8ClampedArray } | null {
  const untold = UNTOLD.find((status) => status === id)
  if (untold) return { width: HATCH_PX, height: HATCH_PX, data: hatch(untold, HATCH_PX) }
  return id.startsWith(SIGN) ? picture(symbol(id.slice(SIGN.length)), SYMBOL_PX) : null
}

function codeOf(feature: MapGeoJSONFeature): string {
  return String(feature.properties['code'] ?? '')
}
