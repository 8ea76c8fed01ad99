export { shownSettings } from '../app/shown-settings.js'
export { dataFlow } from '../app/data-flow.js'
