import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import { asError, type Database } from './database.js'

/** Projects that were handed in, whatever the jury made of them (platform.md, projects). */
const SUBMITTED = ['submitted', 'under_review', 'judged']

const id = z.instanceof(ObjectId).transform((value) => value.toHexString())
const ids = z
  .array(z.unknown())
  .catch([])
  .transform((all) => all.flatMap((each) => id.safeParse(each).data ?? []))
const person = z.object({ _id: id, skills: z.array(z.unknown()).catch([]) })
const project = z.object({
  name: z.string().catch('(no name)'),
  teamId: id.optional().catch(undefined),
  teamMembers: ids,
})
const team = z.object({ _id: id, members: ids, leaderId: id.optional().catch(undefined) })

/** The skills of participants, by their id. */
export async function skillsOf(
  { db, host }: Database,
  participantIds: readonly string[],
): Promise<Map<string, string[]>> {
  const _id = { $in: participantIds.map((each) => new ObjectId(each)) }
  const documents = await told(
    host,
    db
      .collection('participants')
      .find({ _id }, { projection: { skills: 1 } })
      .toArray(),
  )
  return new Map(
    documents.map((raw) => {
      const { _id, skills } = person.parse(raw)
      return [_id, skills.filter((skill): skill is string => typeof skill === 'string')]
    }),
  )
}

/** Names of the projects that accounts submitted: as a member of the project, or of its team. */
export async function projectsOf({ db, host }: Database, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const wanted = new Set(userIds)
  const users = { $in: userIds.map((each) => new ObjectId(each)) }
  const inTeams = { $or: [{ members: users }, { leaderId: users }] }
  const teams = (
    await told(
      host,
      db
        .collection('teams')
        .find(inTeams, { projection: { members: 1, leaderId: 1 } })
        .toArray(),
    )
  ).map((raw) => team.parse(raw))
  const byTeam = new Map(
    teams.map(({ _id, members, leaderId }) => [_id, leaderId === undefined ? members : [...members, leaderId]]),
  )
  const theirs: Document[] = [{ teamMembers: users }, { teamId: { $in: teams.map(({ _id }) => new ObjectId(_id)) } }]
  const filter = { status: { $in: SUBMITTED }, $or: theirs }
  const projection = { name: 1, teamId: 1, teamMembers: 1 }
  const documents = await told(host, db.collection('projects').find(filter, { projection }).toArray())
  const found = new Map<string, string[]>()
  for (const raw of documents) {
    const { name, teamId, teamMembers } = project.parse(raw)
    const people = new Set([...teamMembers, ...(byTeam.get(teamId ?? '') ?? [])])
    for (const user of people) if (wanted.has(user)) found.set(user, [...(found.get(user) ?? []), name])
  }
  return found
}

async function told<T>(host: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw asError(error, host)
  })
}
