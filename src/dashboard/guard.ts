import type { MiddlewareHandler } from 'hono'
import { csrf } from 'hono/csrf'
import { secureHeaders } from 'hono/secure-headers'

/** Names by which this machine reaches itself. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'] as const

/** Whether somebody asked us by a name of this machine and by our port: a foreign name that leads here is somebody's trap (DNS rebinding). */
export function isOurHost(host: string | undefined, port: number): boolean {
  return LOOPBACK.some((name) => host?.toLowerCase() === `${name}:${port}`)
}

/**
 * What a browser may do with our pages: nothing but show them, with our own style, script and forms. The referrer stays with us; not
 * `no-referrer`, which makes browsers send `Origin: null` with our own forms (Fetch, "append a request Origin header").
 */
export function headers(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // There is no https here.
    strictTransportSecurity: false,
  })
}

/**
 * Only our own pages post here. Hono's own rule lets a request in by its `Origin` or by `Sec-Fetch-Site`; here the origin alone
 * counts, which every browser sends with a POST. It looks at forms only; anything else brings no token, and is refused for that.
 */
export function ownOrigin(): MiddlewareHandler {
  return csrf({ secFetchSite: () => false })
}
