// Whether the page is in the document, where things have a size.

let placed: () => void = () => {}

/** Kept once the page is where it is seen. */
export const inPlace = new Promise<void>((done) => (placed = done))

export const settle = () => placed()
