import type { QuotaFigures } from '../../domain/figures.js'
import { count } from '../../render/printable.js'

/** The arc is a half circle of this length, as far as its dashes know. */
const ARC = 100
const RADIUS = 80
const CENTRE = 100

/** How much of the org's API calls of 24 hours is used, and up to where we go. */
export function QuotaGauge({ quota }: { quota: QuotaFigures }) {
  const { used, max, ceiling } = quota
  const share = max === 0 ? 0 : Math.min(1, used / max)
  const tone = used >= ceiling ? 'bad' : share >= 0.7 * (ceiling / max) ? 'warn' : 'good'
  const [from, to] = [onArc(ceiling / max, RADIUS - 12), onArc(ceiling / max, RADIUS + 12)]
  return (
    <div class="gauge">
      <svg
        viewBox="0 0 200 112"
        role="img"
        aria-label={`${count(used)} of ${count(max)} API calls of 24 hours used; our ceiling is ${count(ceiling)}`}
      >
        <path d={arc()} pathLength={ARC} class="gauge-track" />
        {used === 0 ? null : (
          <path
            d={arc()}
            pathLength={ARC}
            class={`gauge-fill ${tone}`}
            stroke-dasharray={`${Math.max(0.5, share * ARC)} ${ARC * 2}`}
          />
        )}
        <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} class="gauge-tick" />
      </svg>
      <p>
        <strong>{percent(share)}</strong>
        <span>
          {count(used)} of {count(max)} calls
        </span>
      </p>
    </div>
  )
}

/** `12.4 %`; a share from 0 to 1. */
export function percent(share: number): string {
  const whole = share * 100
  return `${whole !== 0 && whole < 10 ? whole.toFixed(1) : Math.round(whole)} %`
}

function arc(): string {
  return `M ${CENTRE - RADIUS} ${CENTRE} A ${RADIUS} ${RADIUS} 0 0 1 ${CENTRE + RADIUS} ${CENTRE}`
}

function onArc(share: number, radius: number): { x: number; y: number } {
  const angle = Math.PI * (1 - share)
  return { x: CENTRE + radius * Math.cos(angle), y: CENTRE - radius * Math.sin(angle) }
}
