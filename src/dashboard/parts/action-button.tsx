import { ACTIONS, type ActionName, type Fields } from '../commands.js'
import type { View } from '../view.js'

interface ActionButtonProps {
  view: View
  name: ActionName
  fields?: Fields
  label: string
  /** For who does not see what the button stands beside. */
  of?: string
  strong?: boolean
}

/** Begins an action; nothing where the pages only show. */
export function ActionButton({ view, name, fields = {}, label, of, strong = false }: ActionButtonProps) {
  if (view.readOnly) return null
  return (
    <form method="post" action="/actions" class="inline">
      <Csrf view={view} />
      <input type="hidden" name="action" value={name} />
      {ACTIONS[name].fields.map((field) => (
        <input type="hidden" name={field} value={fields[field] ?? ''} />
      ))}
      <button class={strong ? 'button strong' : 'button'}>
        {label}
        {of === undefined ? null : <span class="unseen"> {of}</span>}
      </button>
    </form>
  )
}

export function Csrf({ view }: { view: View }) {
  return <input type="hidden" name="csrf" value={view.csrf} />
}
