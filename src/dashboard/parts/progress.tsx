import type { LineCount } from '../../domain/run-line.js'
import { count, plural } from '../../render/printable.js'
import { changesOf } from '../../reports/activity.js'

/** How far a run has come, by its lines: what was written down, and what became of it. Said aloud when it changes. */
export function Progress({ id, counts }: { id: string; counts: readonly LineCount[] }) {
  const { done, refused, unknown: sent } = changesOf(counts)
  const all = done + refused + sent
  return (
    <div class="progress">
      <progress max={Math.max(1, all)} value={done + refused} aria-label="Changes settled"></progress>
      <p id={id} aria-live="polite" data-live="">
        {all === 0
          ? 'Reading; no change has been written down yet.'
          : `${count(done)} of ${plural(all, 'change')} made${refused > 0 ? `, ${count(refused)} refused` : ''}${sent > 0 ? `, ${count(sent)} on their way` : ''}`}
      </p>
    </div>
  )
}
