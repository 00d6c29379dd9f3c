import { expect, test } from 'vitest'
import { sync, verify } from '../../src/index.ts'
import { SkillsError } from '../../src/core/errors.ts'
import type { VerifyReport } from '../../src/verify/report.ts'
import type { TestBackend } from './databases.ts'
import { HARMLESS, type Mutation, mutationsOf } from './mutations.ts'
import { scratch } from './scratch.ts'
import { sharedSession } from './shared-session.ts'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.2.0"\n  category: lineage\n  tier: CORE\n---\nBody.\n`

/** What verify reports, or the error with which it refuses a role that row-level security filters. */
type Answer = VerifyReport | SkillsError

const named = (report: Answer): string =>
  (report instanceof SkillsError ? [] : report.checks)
    .filter(({ status }) => status === 'failed')
    .flatMap(({ id, faults }) => faults.map(({ object, actual }) => `${object}: ${actual} [${id}]`))
    .join('\n')

const refusal = (error: unknown): SkillsError => {
  if (error instanceof SkillsError && error.code === 'ROW_SECURITY') return error
  throw error
}

/** A fault without `check` must make verify fail. With it that check must name the object, also as a warning. */
function isCaught({ object, check }: Mutation, report: Answer): boolean {
  if (report instanceof SkillsError) return report.message.includes(object.split(' ').at(-1) ?? '')
  if (check === undefined) return !report.ok && named(report).includes(object)
  const result = report.checks.find(({ id }) => id === check)
  return (result?.status === 'failed' || result?.status === 'warning') && result.faults.some((fault) => fault.object === object)
}

/**
 * Declares the mutation tests of verify for one backend. `sample` takes every nth fault, for a quick run.
 */
export function mutationTests({ name, migrated }: TestBackend, sample = 1): void {
  const files = { 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') }
  let cwd = ''
  // a superuser compares the schema with a scratch schema, this role with the manifest of the package
  const reader = `reader_${process.pid}_${name}`
  const asReader = `GRANT USAGE ON SCHEMA public TO ${reader}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}; SET LOCAL ROLE ${reader}`
  const session = sharedSession(migrated, async (db) => {
    cwd = scratch(files)
    await sync(db, { cwd })
    await db.exec(`DROP ROLE IF EXISTS ${reader}; CREATE ROLE ${reader}`)
  })
  /** What verify reports after the change, for both roles. */
  const after = (sql: string): Promise<{ role: string; report: Answer }[]> =>
    session.inside(async (db) => {
      await db.exec(sql)
      const reports = []
      for (const role of ['RESET ROLE', asReader]) {
        await db.exec(role)
        reports.push({ role, report: await verify(db, { cwd }).catch(refusal) })
      }
      return reports
    })

  test('verify: one fault of any kind -> it fails and names the object; prints how many faults it found', async () => {
    const all = await session.inside(mutationsOf)
    const mutations = all.filter((_, i) => i % sample === 0)
    const escaped: string[] = []
    for (const mutation of mutations) {
      const { title, sql, object } = mutation
      const reports = await after(sql).catch((error: unknown) => Promise.reject(new Error(`${title}: ${sql}`, { cause: error })))
      for (const { role, report } of reports)
        if (!isCaught(mutation, report)) escaped.push(`${title} (${role}): ${object} is not in\n${named(report)}`)
    }
    expect(all.length).toBeGreaterThanOrEqual(60)
    process.stdout.write(`verify, ${name}: ${mutations.length - escaped.length} of ${mutations.length} single faults caught\n`)
    expect(escaped).toEqual([])
  })

  test.each(HARMLESS.filter((_, i) => i % sample === 0))('verify: $title -> still passes', async ({ sql }) => {
    for (const { report } of await after(sql)) {
      expect(named(report)).toBe('')
      expect(report).toMatchObject({ ok: true })
    }
  })

  test('verify: all changes rolled back -> passes', async () => {
    for (const { report } of await after('SELECT 1')) expect(report).toMatchObject({ ok: true })
    await session.inside((db) => db.exec(`COMMIT; DROP ROLE ${reader}; BEGIN`))
  })
}
