import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { TestBackend } from './databases.ts'
import { described, isCaught, isGreen } from './fault-answers.ts'
import { FaultHarness, type RoleAnswer } from './fault-harness.ts'
import { sharedSession, type SharedSession } from './shared-session.ts'
import { FAMILIES, HARMLESS } from './verify-faults/families.ts'
import type { HarmlessState, VerifyFault } from './verify-faults/fault.ts'
import { OPEN } from './verify-faults/open.ts'

/** Every nth, from one of them on. */
interface Part {
  every: number
  from: number
}

const ALL: Part = { every: 1, from: 0 }

/**
 * One of several parts that run at the same time. Of each part every nth is tried, so that the storms take minutes; with
 * TEST_ALL_FAULTS=1 all are.
 */
export function partOf(number: number, parts: number, nth = 1): Part {
  const isChosen = process.env['TEST_ALL_FAULTS'] === '1' || process.env['TEST_FAULTS'] !== undefined
  return { every: parts * (isChosen ? 1 : nth), from: number }
}

/** A number that depends on the title alone: families have as many faults for each object, so every nth of a list would leave out kinds. */
function numberOf(title: string): number {
  return createHash('sha256').update(title).digest().readUInt32BE()
}

/**
 * Declares the tests of verify with single faults and harmless states, or with a part of them, for one backend. TEST_FAULTS selects
 * them by a part of the title.
 */
export function faultTests(backend: TestBackend, faultsPart: Part, statesPart: Part = faultsPart): void {
  const { name } = backend
  const harness = new FaultHarness(backend)
  const session = sharedSession(backend.migrated, (db) => harness.prepare(db))
  const chosen = <T extends VerifyFault | HarmlessState>(all: readonly T[], part: Part, version: number): T[] =>
    all
      .filter(({ backends, minVersion = 0 }) => (backends ?? name) === name && version >= minVersion * 10_000)
      .filter(({ title }) => numberOf(title) % part.every === part.from)

  test('verify: one fault -> it is named, for a superuser and for a reader; its remedies make verify pass', async () => {
    const [all, version] = await session.inside(async (db) => [await allFaults(db), db.info.version] as const)
    expect(all.filter(({ title }, i) => all.findIndex((other) => other.title === title) < i)).toEqual([])
    expect(chosen(all, ALL, version).length).toBeGreaterThanOrEqual(1000)
    const faults = chosen(all, faultsPart, version).filter(isAskedFor)
    const missed: Finding[] = []
    const notFollowed: Finding[] = []
    for (const fault of faults) {
      const { title } = fault
      const outcome = await tryFault(harness, session, fault).catch((error: unknown) => ({ missed: crash(error) }))
      if ('missed' in outcome) missed.push({ title, why: outcome.missed })
      else if (outcome.notFollowed !== undefined) notFollowed.push({ title, why: outcome.notFollowed })
    }
    const caught = faults.length - missed.length
    print(`verify, ${name}: ${caught} of ${faults.length} single faults caught, ${counted(faults, missed)}`)
    print(`verify, ${name}: ${caught - notFollowed.length} of ${caught} remedies followed`)
    const judged = faults.filter(({ title }) => !OPEN.caught.includes(title))
    const findings = [...differences('caught', faults, missed), ...differences('remedies', judged, notFollowed)]
    expect(findings, findings.join('\n\n')).toEqual([])
  })

  test('verify: a harmless state -> it passes without a warning, for a superuser and for a reader', async () => {
    const version = await session.inside((db) => Promise.resolve(db.info.version))
    expect(chosen(HARMLESS, ALL, version).length).toBeGreaterThanOrEqual(200)
    const states = chosen(HARMLESS, statesPart, version).filter(isAskedFor)
    const reported: Finding[] = []
    for (const state of states) {
      const why = await tryState(harness, session, state).catch(crash)
      if (why !== undefined) reported.push({ title: state.title, why })
    }
    print(`verify, ${name}: ${states.length - reported.length} of ${states.length} harmless states pass`)
    const findings = differences('harmless', states, reported)
    expect(findings, findings.join('\n\n')).toEqual([])
  })
}

function isAskedFor({ title }: { title: string }): boolean {
  return title.includes(process.env['TEST_FAULTS'] ?? '')
}

/** Why the fault is not reported as it is to be, else why its remedies do not make verify pass. */
async function tryFault(
  harness: FaultHarness,
  session: SharedSession,
  fault: VerifyFault,
): Promise<{ missed: string } | { notFollowed: string | undefined }> {
  const { answers, remedy } = await session.inside((db) => harness.tryFault(db, fault))
  const wrong = answers.filter(({ answer }) => !isCaught(fault, answer))
  if (wrong.length > 0) return { missed: listed(wrong) }
  return { notFollowed: remedy === 'own database' ? await harness.inOwnDatabase(fault, answers[0]?.answer).catch(crash) : remedy }
}

/** What verify reports about the state. */
async function tryState(harness: FaultHarness, session: SharedSession, state: HarmlessState): Promise<string | undefined> {
  const ownDatabase = state.before !== undefined || state.alone === true
  const answers = await (ownDatabase ? harness.inNewDatabase(state) : session.inside((db) => harness.answersAfter(db, state)))
  const wrong = answers.filter(({ answer }) => !isGreen(answer))
  return wrong.length === 0 ? undefined : listed(wrong)
}

function listed(answers: readonly RoleAnswer[]): string {
  return answers.map(({ role, answer }) => `${role}: ok ${answer.ok} ${described(answer)}`).join('\n')
}

function crash(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return `crash: ${message}${cause instanceof Error ? `: ${cause.message}` : ''}`
}

async function allFaults(db: Db): Promise<VerifyFault[]> {
  const families = []
  for (const family of FAMILIES) families.push(typeof family === 'function' ? await family(db) : family)
  return families.flat()
}

/** What is not as it is to be, and why. */
interface Finding {
  title: string
  why: string
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function counted(faults: readonly VerifyFault[], missed: readonly Finding[]): string {
  const titles = new Set(missed.map(({ title }) => title))
  const warnings = faults.filter(({ warns }) => warns === true)
  return `${warnings.filter(({ title }) => !titles.has(title)).length} of ${warnings.length} of them as warnings`
}

/** What is open is known; what is not open any more must leave the list. */
function differences(list: keyof typeof OPEN, all: readonly { title: string }[], findings: readonly Finding[]): string[] {
  const open = new Set(OPEN[list])
  const found = new Set(findings.map(({ title }) => title))
  return [
    ...findings.filter(({ title }) => !open.has(title)).map(({ title, why }) => `${title}:\n${why}`),
    ...all
      .filter(({ title }) => open.has(title) && !found.has(title))
      .map(({ title }) => `${title}: works now, remove it from OPEN.${list}`),
  ]
}
