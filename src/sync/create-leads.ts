import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import type { Decision } from '../domain/decision.js'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { isUnknownToOrg, linkedTo, type NoLead } from '../domain/lead-choice.js'
import { emptyLeadReport, leaveOut, type LeadReport } from '../domain/lead-report.js'
import { leadProblems, type CreatableField } from '../domain/lead.js'
import type { MatchPolicy } from '../domain/match.js'
import { callsOfKind, NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { RECORDS_PER_CALL } from '../domain/write-plan.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { LeadClaims } from '../mongo/lead-claims.js'
import type { LineId } from '../mongo/run-document.js'
import { readCreatableFields } from '../salesforce/field-details.js'
import { SINGLES_PER_CALL } from '../salesforce/lead-records.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import {
  chooseCandidates,
  matchCandidates,
  partition,
  stillAgreed,
  type LeadCandidate,
  type LeadHints,
  type LeadSettings,
} from './lead-candidates.js'
import type { Run } from './run.js'
import { sendLeads } from './send-leads.js'

export interface LeadTools {
  source: PeopleSource
  database: Database
  clock: Clock
  signal: AbortSignal
  policy: MatchPolicy & EnrichmentPolicy
  leads: LeadSettings
  /** Where changes are written down. */
  run?: Run
}

/** So many Leads are about to be made, or would be, and what that costs. */
export interface LeadEvent {
  kind: 'leads'
  leads: number
  calls: number
}

/** Before and after the sending. */
const LOOKS = 2
/** By address, by id, and the survivors of merges. */
const MOST_PER_LOOK = 3

/**
 * Makes Leads of people whom the org does not know, where they agreed. Each address is claimed first and looked for once
 * more, consent is read again right before sending, and what was sent is read back and matched: so nobody is made twice
 * by two events or two runs. After a lost reply nothing is sent again before the claim has run out.
 */
export class LeadMaker {
  readonly report: LeadReport = emptyLeadReport()
  /** The calls of all pages so far. */
  planned: PlannedCalls = NO_CALLS
  readonly #token = randomUUID()
  #creatable: ReadonlyMap<string, CreatableField> | undefined
  #open: Promise<Map<string, string>> | undefined

  constructor(
    private readonly tools: LeadTools,
    private readonly dryRun: boolean,
    private readonly watch: (event: LeadEvent) => void,
  ) {}

  /**
   * Decides on everybody of a page who is not in the org; those who have a Lead afterwards are decided on anew. With
   * `stopped` it had to end before all were made; what was done is in the report.
   */
  async apply(page: readonly Decision[]): Promise<{ decisions: Decision[]; stopped?: unknown }> {
    const { database, leads } = this.tools
    const candidates = await chooseCandidates(database, leads, page, this.#leaveOut)
    const decisions = [...page]
    if (!this.dryRun) {
      await this.#settleOpen(page)
      await this.#rememberGone(page)
    }
    if (candidates.length === 0) return { decisions }
    const planned = this.#callsFor(candidates.length)
    this.planned = sumOfCalls(this.planned, planned)
    this.watch({ kind: 'leads', leads: candidates.length, calls: planned.calls })
    if (this.dryRun) {
      this.report.created += candidates.length
      return { decisions }
    }
    await this.tools.source.org.transport.afford(planned.calls)
    const anew = new Map<string, Decision>()
    const stopped = await this.#make(candidates, anew).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    return { decisions: decisions.map((each) => anew.get(each.participant.id) ?? each), stopped }
  }

  /** Claims, looks again, sends, reads back. Decisions made anew go into `anew`, by participant. */
  async #make(candidates: readonly LeadCandidate[], anew: Map<string, Decision>): Promise<void> {
    const { source, policy, signal } = this.tools
    const creatable = (this.#creatable ??= await this.#checkedFields())
    const claims = await this.#claims()
    const hints: LeadHints = new Map()
    const unanswered = new Set<NormalEmail>()
    const taken = new Set<NormalEmail>()
    const sending = {
      ...this.tools,
      creatable,
      claims,
      report: this.report,
      hints,
      unanswered,
      lines: new Map<NormalEmail, LineId>(),
    }
    try {
      const owed = await this.#claimed(claims, candidates, anew, taken)
      for (let at = 0; at < owed.length; at += RECORDS_PER_CALL) {
        signal.throwIfAborted()
        await sendLeads(sending, await this.#confirmed(claims, owed.slice(at, at + RECORDS_PER_CALL)))
      }
      for (const [id, decision] of await matchCandidates(source, policy, owed, hints)) anew.set(id, decision)
    } finally {
      // What was sent and not answered stays claimed: who comes later looks before sending it again.
      await claims.release([...taken].filter((email) => !unanswered.has(email)))
    }
  }

  /** Claims the addresses and looks for them once more. Left are those to be made; what is claimed goes into `taken`. */
  async #claimed(
    claims: LeadClaims,
    candidates: readonly LeadCandidate[],
    anew: Map<string, Decision>,
    taken: Set<NormalEmail>,
  ): Promise<LeadCandidate[]> {
    const { source, policy } = this.tools
    const others = await claims.take(candidates)
    for (const { email } of candidates) if (!others.has(email)) taken.add(email)
    const made: LeadHints = new Map()
    for (const [email, claim] of others) if (claim.state === 'created') made.set(email, { leadId: claim.leadId })
    const isBusy = ({ email }: LeadCandidate) => others.has(email) && !made.has(email)
    this.#leaveOutAll('another run is making it', candidates.filter(isBusy))
    const ours = candidates.filter((each) => !isBusy(each))
    const known = await matchCandidates(source, policy, ours, made)
    for (const [id, decision] of known) anew.set(id, decision)
    const { somebody, nobody } = partition(ours, known)
    this.report.found += somebody.length
    this.#leaveOutAll(
      'was in Salesforce and is gone',
      nobody.filter(({ email }) => made.has(email)),
    )
    return nobody.filter(({ email }) => !made.has(email))
  }

  /** A run that died before it noted whom it had made left their claims open: now that they are seen, it is noted. */
  async #settleOpen(page: readonly Decision[]): Promise<void> {
    const claims = await this.#claims()
    const open = await (this.#open ??= claims.open())
    const found = page.flatMap(({ participant, match }) => {
      const claimId = open.get(participant.id)
      const record = match?.kind === 'contact' ? match.contact : match?.kind === 'lead' ? match.lead : undefined
      return claimId === undefined || !record ? [] : [{ claimId, recordId: record.id }]
    })
    if (found.length > 0) await claims.found(found)
  }

  /** Matching forgets the link of who is gone; that they were there is kept, so that no later run makes them anew. */
  async #rememberGone(page: readonly Decision[]): Promise<void> {
    const gone = page.filter(isUnknownToOrg).flatMap(({ participant }) => {
      const [leadId, address] = [linkedTo(participant), normaliseEmail(participant.storedEmail)]
      return leadId !== undefined && address.ok
        ? [{ email: address.email, participantIds: [participant.id], leadId }]
        : []
    })
    if (gone.length > 0) await (await this.#claims()).remember(gone)
  }

  async #claims(): Promise<LeadClaims> {
    const { source, database, run } = this.tools
    return new LeadClaims(database, (await source.org.session()).orgId, run?.id ?? this.#token)
  }

  /** Those whose claim is still ours, and whose consent still stands. */
  async #confirmed(claims: LeadClaims, candidates: readonly LeadCandidate[]): Promise<LeadCandidate[]> {
    const { database, leads } = this.tools
    const agreed = await stillAgreed(database, leads, candidates, this.#leaveOut)
    const ours = await claims.confirm(agreed.map(({ email }) => email))
    this.#leaveOutAll(
      'another run is making it',
      agreed.filter(({ email }) => !ours.has(email)),
    )
    return agreed.filter(({ email }) => ours.has(email))
  }

  /** What the fields of a new Lead can hold. Throws, before anything is written, where no Lead can be made at all. */
  async #checkedFields(): Promise<ReadonlyMap<string, CreatableField>> {
    const creatable = await readCreatableFields(this.tools.source.org, 'Lead')
    const { closed, unfilled } = leadProblems(creatable, this.tools.leads)
    if (closed.length > 0) {
      throw new MhError(
        'SF_ACCESS_DENIED',
        `This Salesforce user may not make Leads: it cannot fill ${listed(closed)}.`,
        'An admin has to give it "Create" on Leads and edit on these fields; or run with --no-create-leads.',
      )
    }
    if (unfilled.length === 0) return creatable
    throw new MhError(
      'LEAD_FIELDS_REQUIRED',
      `The org makes no Lead without ${listed(unfilled)}.`,
      'Give a value for each under leads.defaults in mh-sf.config.json.',
    )
  }

  readonly #leaveOut = (why: NoLead, people?: number) => {
    leaveOut(this.report, why, people)
  }

  #leaveOutAll(why: NoLead, candidates: readonly LeadCandidate[]): void {
    for (const { participantIds } of candidates) leaveOut(this.report, why, participantIds.length)
  }

  /**
   * The second look, the sending, the reading back, and once a run what the fields can hold; at most, each of them is alike
   * to somebody, and both looks are followed by id.
   */
  #callsFor(leads: number): PlannedCalls {
    const sends = Math.ceil(leads / RECORDS_PER_CALL)
    return sumOfCalls(
      callsOfKind('describe', this.#creatable ? 0 : 1),
      callsOfKind('read', LOOKS, LOOKS * MOST_PER_LOOK),
      callsOfKind('write', sends, sends + Math.ceil(leads / SINGLES_PER_CALL) + sends),
    )
  }
}

function listed(fields: readonly string[]): string {
  return fields.map((field) => `Lead.${field}`).join(', ')
}
