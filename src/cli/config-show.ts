export { shownSettings } from '../app/shown-settings.js'
