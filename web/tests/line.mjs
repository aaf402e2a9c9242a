// A slow line to a server: a port of this machine through which all that is asked for goes, by whatever part of a
// browser. (Chromium's own imitation leaves out what workers ask for, and the way there and back of a new connection.)
import { connect, createServer } from 'node:net'

/** What a connection may have under way, as a window of TCP. */
const WINDOW_BYTES = 64 * 1024
/** Connections take turns with so much at a time. */
const TURN_BYTES = 4096

/**
 * Opens it. `down` and `up` are bytes a second, shared by all connections; `roundTripMs` is the way there and back.
 * `bytes` tells what has come down.
 */
export async function line(url, { down, up, roundTripMs }) {
  const to = new URL(url)
  const [downwards, upwards] = [lane(down, roundTripMs / 2), lane(up, roundTripMs / 2)]
  const server = createServer({ noDelay: true }, (near) => {
    near.pause()
    const far = connect({ host: to.hostname, port: Number(to.port), noDelay: true })
    const close = () => [near, far].forEach((socket) => socket.destroy())
    for (const socket of [near, far]) socket.on('error', close)
    // Nothing is asked before both have greeted each other.
    setTimeout(() => upwards.carry(near, far), roundTripMs)
    downwards.carry(far, near)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    bytes: () => downwards.carried(),
    close: () => server.close(),
  }
}

/** One direction: a rate that connections share in turns, and a delay. */
function lane(bytesASecond, delayMs) {
  const waiting = []
  let freeAt = 0
  let carried = 0
  let timer = null
  const turn = () => {
    timer = null
    const now = performance.now()
    if (freeAt < now - 100) freeAt = now
    while (waiting.length && freeAt <= now) {
      const one = waiting.shift()
      const part = one.queue.subarray(0, TURN_BYTES)
      one.queue = one.queue.subarray(part.length)
      freeAt += (part.length / bytesASecond) * 1000
      carried += part.length
      setTimeout(() => one.to.writable && one.to.write(part), delayMs)
      if (one.queue.length) waiting.push(one)
      if (one.queue.length < WINDOW_BYTES) one.from.resume()
      if (one.hasEnded && !one.queue.length) setTimeout(() => one.to.end(), delayMs)
    }
    if (waiting.length) timer = setTimeout(turn, Math.max(1, freeAt - now))
  }
  return {
    carried: () => carried,
    carry(from, to) {
      const one = { from, to, queue: Buffer.alloc(0), hasEnded: false }
      from.on('data', (bytes) => {
        if (!one.queue.length) waiting.push(one)
        one.queue = Buffer.concat([one.queue, bytes])
        if (one.queue.length >= WINDOW_BYTES) from.pause()
        timer ??= setTimeout(turn, Math.max(0, freeAt - performance.now()))
      })
      from.on('end', () => {
        one.hasEnded = true
        if (!one.queue.length) setTimeout(() => to.end(), delayMs)
      })
      from.resume()
    },
  }
}
