import type { Db, OpenOptions } from '../../src/db/db.ts'
import { quoteIdent } from '../../src/db/quote.ts'
import { migrate, sync } from '../../src/index.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import type { TestBackend, TestDatabase } from './databases.ts'
import { ask, beyond, described, faultsOf, isGreen, missedIn, type Answer } from './fault-answers.ts'
import { isInWords, stepsOf, type Step } from './follow-remedies.ts'
import { scratch } from './scratch.ts'
import { rolledBack } from './rolled-back.ts'
import type { HarmlessState, VerifyFault } from './verify-faults/fault.ts'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.2.0"\n  category: lineage\n  tier: CORE\n---\nBody.\n`

/** How often a person follows remedies: what was missing can hide another fault. */
const ROUNDS = 3

type Role = 'superuser' | 'reader'
export interface RoleAnswer {
  role: Role
  answer: Answer
}

interface FaultsOutcome {
  answers: RoleAnswer[]
  /** Those that are not reported as they are to be. */
  missed: VerifyFault[]
  remedy: 'own database' | string | undefined
}

/** The server refused the statements of a state. */
export class NotMade extends Error {
  readonly title: string

  constructor(title: string, sql: string, cause: unknown) {
    super(`${title}: ${sql}`, { cause })
    this.title = title
  }
}

/** Puts databases into a state and asks verify about it. */
export class FaultHarness {
  readonly #backend: TestBackend
  readonly #reader: string
  readonly #healthy = new Map<Role, Answer>()
  #cwd = ''

  constructor(backend: TestBackend) {
    this.#backend = backend
    this.#reader = `reader_${process.pid}_${backend.name}`
  }

  /** Registers the skills, and asks for both roles what verify reports about a healthy database. */
  async prepare(db: Db): Promise<void> {
    this.#cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
    await sync(db, { cwd: this.#cwd })
    await rolledBack(db, async (inside) => {
      for (const role of ['superuser', 'reader'] as const) this.#healthy.set(role, await this.#ask(inside, role))
    })
    for (const [role, answer] of this.#healthy) if (!answer.ok) throw new Error(`a healthy database, ${role}: ${described(answer)}`)
  }

  /** In the open transaction of the session: what verify reports wrongly, else why the remedies do not help. */
  async tryFaults(db: Db, faults: readonly VerifyFault[]): Promise<FaultsOutcome> {
    const answers = await this.answersAfter(db, faults)
    const missed = faults.filter((fault) => answers.some(({ answer }) => missedIn(faults, answer).includes(fault)))
    return { answers, missed, remedy: missed.length > 0 ? undefined : await this.#follow(db, faults, answers[0]?.answer, false) }
  }

  async answersAfter(db: Db, states: readonly (VerifyFault | HarmlessState)[]): Promise<RoleAnswer[]> {
    await makeAll(db, states)
    const roles: readonly Role[] = states.some((state) => 'roles' in state) ? ['superuser'] : ['superuser', 'reader']
    const answers: RoleAnswer[] = []
    for (const role of roles) answers.push({ role, answer: await this.#askBeyond(db, role) })
    return answers
  }

  /** Why the remedies do not help when they are followed in transactions of their own. */
  async inOwnDatabase(faults: readonly VerifyFault[], answer: Answer | undefined): Promise<string | undefined> {
    return this.#inDatabase(await this.#backend.migrated(), {}, async (db) => {
      await sync(db, { cwd: this.#cwd })
      await makeAll(db, faults)
      return this.#follow(db, faults, answer, true)
    }).finally(() => this.#dropRoles(faults))
  }

  /** The same in a database of its own, for what must be there before the migrations, or outside a transaction. */
  async inNewDatabase(state: HarmlessState): Promise<RoleAnswer[]> {
    const { before, schema, sql, alone, undo = '' } = state
    const database = await (before === undefined ? this.#backend.migrated() : this.#backend.fresh())
    if (before !== undefined) await this.#inSession(database, {}, (db) => db.exec(before))
    return this.#inDatabase(database, { schema }, async (db) => {
      if (before !== undefined) throwError(await migrate(db, { revokePublicCreate: true }))
      await sync(db, { cwd: this.#cwd })
      try {
        if (alone === true) await oneByOne(db, sql)
        return await rolledBack(db, (inside) => this.answersAfter(inside, alone === true ? [] : [state]))
      } finally {
        await oneByOne(db, undo)
      }
    })
  }

  async #inDatabase<T>(database: TestDatabase, options: OpenOptions, work: (db: Db) => Promise<T>): Promise<T> {
    return this.#inSession(database, options, work).finally(() => database.remove())
  }

  async #inSession<T>(database: TestDatabase, options: OpenOptions, work: (db: Db) => Promise<T>): Promise<T> {
    const db = await database.openForFile(options)
    return work(db).finally(() => db.close())
  }

  /** Follows the remedies until verify passes. Returns why it does not. */
  async #follow(
    db: Db,
    faults: readonly VerifyFault[],
    first: Answer | undefined,
    isOwn: boolean,
  ): Promise<'own database' | string | undefined> {
    let answer = first ?? { ok: false, results: [] }
    const inWords = faults.filter(({ remedy }) => remedy === 'words')
    if (inWords.length > 0) return inWords.map((fault) => wordsOf(fault, answer)).find((why) => why !== undefined)
    for (let round = 0; round < ROUNDS; round++) {
      const steps = stepsOf(faultsOf(answer), this.#cwd)
      if (steps.length === 0) return `no statement:\n${described(answer)}`
      if (!isOwn && steps.some(({ ownTransaction }) => ownTransaction)) return 'own database'
      const failure = await runSteps(db, steps)
      if (failure !== undefined) return failure
      answer = await this.#askBeyond(db, 'superuser')
      if (isGreen(answer)) return undefined
    }
    return `verify still reports:\n${described(answer)}`
  }

  async #askBeyond(db: Db, role: Role): Promise<Answer> {
    return beyond(await this.#ask(db, role), this.#healthy.get(role) ?? { ok: true, results: [] })
  }

  /** A superuser compares the schema with a scratch schema, the reader with the manifest of the package. */
  async #ask(db: Db, role: Role): Promise<Answer> {
    if (role === 'superuser') return ask(db, this.#cwd)
    await db.exec(`SAVEPOINT reader; ${this.#asReader(db.info.schema)}`)
    const answer = await ask(db, this.#cwd)
    await db.exec('ROLLBACK TO SAVEPOINT reader; RELEASE SAVEPOINT reader')
    return answer
  }

  #asReader(schema: string): string {
    return `CREATE ROLE ${this.#reader}; GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${this.#reader};
      GRANT SELECT ON ALL TABLES IN SCHEMA ${quoteIdent(schema)} TO ${this.#reader};
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${quoteIdent(schema)} TO ${this.#reader}; SET LOCAL ROLE ${this.#reader}`
  }

  /** Roles are in all databases of the server. */
  async #dropRoles(faults: readonly VerifyFault[]): Promise<void> {
    const roles = faults.flatMap(({ sql }) => [...sql.matchAll(/CREATE ROLE (\w+)/g)].map(([, role]) => role))
    if (this.#backend.name === 'embedded' || roles.length === 0) return
    await this.#inDatabase(await this.#backend.fresh(), {}, (db) => db.exec(`DROP ROLE IF EXISTS ${roles.join(', ')}`))
  }
}

async function makeAll(db: Db, states: readonly (VerifyFault | HarmlessState)[]): Promise<void> {
  for (const { title, sql } of states) await db.exec(sql).catch((error: unknown) => Promise.reject(new NotMade(title, sql, error)))
}

async function oneByOne(db: Db, sql: string): Promise<void> {
  for (const { text } of splitStatements(sql).statements) await db.exec(text)
}

function throwError({ error }: { error?: Error }): void {
  if (error !== undefined) throw error
}

async function runSteps(db: Db, steps: readonly Step[]): Promise<string | undefined> {
  for (const { text, run } of steps) {
    try {
      await run(db)
    } catch (error) {
      return `${text}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return undefined
}

/** Why the remedy of a fault without a safe statement is not one. */
function wordsOf({ object }: VerifyFault, answer: Answer): string | undefined {
  const faults = faultsOf(answer).filter((found) => `${found.object}: ${found.actual}`.includes(object))
  if (faults.some((found) => found.remedy === '')) return 'no remedy'
  return faults.every((found) => !isInWords(found)) ? "it has a statement: remove remedy: 'words'" : undefined
}
