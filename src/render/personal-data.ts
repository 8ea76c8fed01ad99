import { html } from 'hono/html'
import { maskEmail } from '../domain/email.js'
import type { PersonalData } from '../privacy/export-person.js'
import type { Html } from './chart.js'
import { page } from './page.js'
import { count, plural } from './printable.js'

/** All of it, for a program and for whoever wants to take it elsewhere. */
export function personalDataText(data: PersonalData): string {
  return `${JSON.stringify(data, null, 2)}\n`
}

/** How much was found and where, without any of it: a screen is looked at. */
export function personalDataSummary(data: PersonalData, files: readonly string[]): string {
  const found = countsOf(data).map(({ name, documents }) => `  ${name}: ${count(documents)}`)
  return [
    `What is known of ${data.addresses.map(maskEmail).join(', ') || 'this person'}:`,
    ...found,
    ...files.map((file) => `Written to ${file}`),
  ].join('\n')
}

/** The same for a program. */
export function personalDataJson(data: PersonalData, files: readonly string[]): object {
  return {
    addresses: data.addresses.map(maskEmail),
    found: Object.fromEntries(countsOf(data).map(({ name, documents }) => [name, documents])),
    files: [...files],
  }
}

/** A page for the person themselves: no script, nothing from outside, every value as text. */
export async function personalDataHtml(data: PersonalData): Promise<string> {
  const title = 'What is known about you'
  return page(
    title,
    title,
    html`
      <section>
        <p>Found under ${data.addresses.join(', ')}, on ${data.madeAt}.</p>
        <p>
          ${
            data.optOut
              ? `You are not sent anywhere since ${data.optOut.at.toISOString().slice(0, 10)}.`
              : 'You have not opted out.'
          }
        </p>
      </section>
      ${sectionsOf(data).map(
        ({ name, documents }) =>
          html`<section>
            <h2>${name} <small>${plural(documents.length, 'record')}</small></h2>
            ${documents.map(recordTable)}
          </section>`,
      )}
    `,
  )
}

function recordTable(document: object): Html {
  const rows = leavesOf(document)
  return html`<div class="wide">
    <table>
      <tbody>
        ${rows.map(
          ({ path, value }) =>
            html`<tr>
              <th scope="row">${path}</th>
              <td class="text">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Every value with the way to it, as JSON would hold it. */
function leavesOf(document: object): { path: string; value: string }[] {
  const plain: unknown = JSON.parse(JSON.stringify(document))
  const walk = (value: unknown, path: string[]): { path: string; value: string }[] => {
    if (typeof value !== 'object' || value === null) return [{ path: path.join(' › '), value: String(value) }]
    return Object.entries(value).flatMap(([key, each]) => walk(each, [...path, key]))
  }
  return walk(plain, [])
}

function sectionsOf({ platform, salesforce, ours }: PersonalData): { name: string; documents: readonly object[] }[] {
  const named: [string, readonly object[]][] = [
    ['Platform: participants', platform.participants],
    ['Platform: accounts', platform.users],
    ['Platform: events', platform.events],
    ['Platform: teams', platform.teams],
    ['Platform: projects', platform.projects],
    ['Salesforce: contacts', salesforce.contacts],
    ['Salesforce: leads', salesforce.leads],
    ['Salesforce: campaign members', salesforce.members],
    ...Object.entries(ours).map(([name, documents]): [string, object[]] => [`Our own notes: ${name}`, documents]),
  ]
  return named.filter(([, documents]) => documents.length > 0).map(([name, documents]) => ({ name, documents }))
}

function countsOf(data: PersonalData): { name: string; documents: number }[] {
  return sectionsOf(data).map(({ name, documents }) => ({ name, documents: documents.length }))
}
