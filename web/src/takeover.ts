// Puts the page into the place of the one that the server made, once it has the same to show.
import { mount } from 'svelte'
import App from './App.svelte'
import { settle } from './state/place'

/**
 * Until then the page is made beside the document, where nobody sees it; where the server made none, it shows at once
 * what it waits for. A page whose figures can't be had leaves the server-made one, whose links work without it.
 */
export function takeOver(page: HTMLElement) {
  const app = document.createElement('div')
  let isIn = false
  const enter = () => {
    if (isIn) return
    isIn = true
    const typed = page.querySelector<HTMLInputElement>('#search')
    const standin = page.querySelector<HTMLElement>('.standin')
    const isTyping = typed !== null && document.activeElement === typed
    page.replaceChildren(app)
    if (standin) standFor(app, standin)
    if (typed && isTyping) goOn(app, typed.value)
    page.dataset['scripted'] = ''
    settle()
  }
  if (!page.querySelector('main')) enter()
  mount(App, { target: app, props: { ready: enter } })
}

/** The server-made map stands over the other one until that is painted. */
function standFor(app: HTMLElement, standin: HTMLElement) {
  const canvas = app.querySelector<HTMLElement>('.map .canvas')
  if (!canvas) return
  canvas.after(standin)
  const painted = new MutationObserver(() => {
    if (Number(canvas.dataset['painted']) <= 0) return
    painted.disconnect()
    standin.remove()
  })
  painted.observe(canvas, { attributes: true, attributeFilter: ['data-painted'] })
}

/** Who was typing types on. */
function goOn(app: HTMLElement, text: string) {
  const search = app.querySelector<HTMLInputElement>('#search')
  if (!search) return
  search.focus()
  if (!text) return
  search.value = text
  search.dispatchEvent(new Event('input', { bubbles: true }))
}
