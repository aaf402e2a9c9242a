// Starts the page.
import '@fontsource/noto-sans/latin-400.css'
import '@fontsource/noto-sans/latin-600.css'
import './page.css'
import { takeOver } from './takeover'

const page = document.getElementById('page')
if (page) takeOver(page)
