// Something that is asked for, is there, or could not be had.

export class Loaded<T> {
  value = $state.raw<T | null>(null)
  error = $state.raw<unknown>(null)
  loading = $state(false)
  #stop: AbortController | null = null
  #again: (() => void) | null = null

  /** Asks anew; an answer to an older question is dropped. What was there stays until the new is. */
  ask(load: (signal: AbortSignal) => Promise<T>) {
    this.#stop?.abort()
    const stop = new AbortController()
    this.#stop = stop
    this.#again = () => this.ask(load)
    this.loading = true
    this.error = null
    load(stop.signal).then(
      (value) => {
        if (stop.signal.aborted) return
        this.value = value
        this.loading = false
      },
      (error) => {
        if (stop.signal.aborted) return
        this.value = null
        this.error = error
        this.loading = false
      },
    )
  }

  retry() {
    this.#again?.()
  }
}
