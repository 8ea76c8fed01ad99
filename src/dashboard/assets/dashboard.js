// What makes the pages better where there is JavaScript; without it they work as well.

comeIn()
keepFresh()

/** The link that let us in has the code after its `#`, where no server and no log sees it. */
function comeIn() {
  const form = document.querySelector('form#login')
  const code = location.hash.slice(1)
  if (!form || code === '') return
  history.replaceState(null, '', location.pathname)
  form.querySelector('input[name=code]').value = code
  form.submit()
}

/** Reads the same page again now and then, and brings what is marked as live up to date. */
function keepFresh() {
  const seconds = Number(document.body.dataset.refresh)
  if (!(seconds > 0)) return
  window.setTimeout(async () => {
    if (!document.hidden) await refresh().catch(() => {})
    keepFresh()
  }, seconds * 1_000)
}

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } })
  // Whoever was logged out sees so.
  if (response.status === 401) location.reload()
  if (!response.ok) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  document.body.dataset.refresh = fresh.body.dataset.refresh ?? ''
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(old.id)
    if (now) bringUpToDate(old, now)
  }
  // What was not there before, or is there no more, in its whole.
  const ids = (root) => [...root.querySelectorAll('main [id][data-live]')].map(({ id }) => id).join(' ')
  if (ids(document) !== ids(fresh)) bringUpToDate(document.querySelector('main'), fresh.querySelector('main'))
}

/** Changes an element into another in place: what has the focus keeps it, what is open stays open, what is typed stays. */
function bringUpToDate(old, now) {
  if (old.isEqualNode(now)) return
  if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName || old.id !== now.id) {
    old.replaceWith(document.importNode(now, true))
    return
  }
  if (old.nodeType !== 1) {
    old.nodeValue = now.nodeValue
    return
  }
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name) && name !== 'open') old.removeAttribute(name)
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const [before, after] = [[...old.childNodes], [...now.childNodes]]
  after.forEach((child, at) => {
    if (before[at]) bringUpToDate(before[at], child)
    else old.append(document.importNode(child, true))
  })
  for (const child of before.slice(after.length)) child.remove()
}
