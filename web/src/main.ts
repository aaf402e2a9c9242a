// Starts the page.
import '@fontsource/noto-sans/latin-400.css'
import '@fontsource/noto-sans/latin-600.css'
import { mount } from 'svelte'
import App from './App.svelte'
import './page.css'

const target = document.getElementById('page')
if (target) mount(App, { target })
