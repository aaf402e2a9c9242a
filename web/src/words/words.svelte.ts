// The sentences and numbers of the language that is shown.
import { live } from '../state/shown.svelte'
import { speaker, writer } from './text'

const spoken = $derived(speaker(live.shown.language))
const written = $derived(writer(live.shown.language))

export const words = {
  get say() {
    return spoken
  },
  get write() {
    return written
  },
  /** So many areas. */
  areas(count: number): string {
    return spoken(count === 1 ? 'legend.area' : 'legend.areas', { count: written.whole(count) })
  },
}
