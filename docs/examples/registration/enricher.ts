import { createEnricher } from 'mh-sf'
import { connectToDatabase } from './mongodb.js'

// One for the process, so that people who register at the same moment are looked up together.
export const enricher = createEnricher({ db: connectToDatabase })
