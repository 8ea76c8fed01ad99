import './jsforce-log-level.js'

/** The parts of jsforce that are used; what is not listed here is wrapped or avoided for the reasons in docs/architecture.md. */
export { Connection } from 'jsforce/lib/connection.js'
export { Transport } from 'jsforce/lib/transport.js'
export { StreamPromise } from 'jsforce/lib/util/promise.js'
export type { HttpMethods, HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js'
