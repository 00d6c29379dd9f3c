import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { TestBackend } from './databases.ts'
import { described, isGreen, type Answer } from './fault-answers.ts'
import { groupsOf, namesIn } from './fault-groups.ts'
import { FaultHarness, NotMade, type RoleAnswer } from './fault-harness.ts'
import { sharedSession, type SharedSession } from './shared-session.ts'
import { FAMILIES, HARMLESS } from './verify-faults/families.ts'
import type { HarmlessState, VerifyFault } from './verify-faults/fault.ts'
import { OPEN } from './verify-faults/open.ts'

/** Every nth, from one of them on. */
interface Part {
  every: number
  from: number
  /** With one part for each remainder of `parts`. */
  parts?: number
}

const ALL: Part = { every: 1, from: 0 }
const MODE = process.env['TEST_ALL_FAULTS']
const WANTED = process.env['TEST_FAULTS']

/**
 * One of several parts that run at the same time. Of each part every nth is tried, so that the storms take minutes; with
 * TEST_ALL_FAULTS=1 all are, with TEST_ALL_FAULTS=alone each without others.
 */
export function partOf(number: number, parts: number, nth = 1): Part {
  const isChosen = MODE !== undefined || WANTED !== undefined
  return { every: parts * (isChosen ? 1 : nth), from: number, parts }
}

/** A number that depends on the title alone: families have as many faults for each object, so every nth of a list would leave out kinds. */
function numberOf(title: string): number {
  return createHash('sha256').update(title).digest().readUInt32BE()
}

/**
 * Declares the tests of verify with single faults and harmless states, or with a part of them, for one backend. TEST_FAULTS selects
 * them by a part of the title, or by several with `|` between them.
 */
export function faultTests(
  backend: TestBackend,
  faultsPart: Part,
  statesPart: Part = faultsPart,
  atLeast = { faults: 0, states: 0 },
): void {
  const { name } = backend
  const harness = new FaultHarness(backend)
  const session = sharedSession(backend.migrated, (db) => harness.prepare(db))
  const chosen = <T extends VerifyFault | HarmlessState>(all: readonly T[], { every, from }: Part, version: number): T[] =>
    all
      .filter(({ backends, minVersion = 0 }) => (backends ?? name) === name && version >= minVersion * 10_000)
      .filter(({ title }) => numberOf(title) % every === from)
  /** Those of all parts together. */
  const counted = (all: readonly (VerifyFault | HarmlessState)[], { every, parts = 1 }: Part, version: number): number =>
    Array.from({ length: parts }, (_, from) => chosen(all, { every, from }, version).length).reduce((sum, n) => sum + n, 0)

  test('verify: one fault -> it is named, for a superuser and for a reader; its remedies make verify pass', async () => {
    const [all, names, version] = await session.inside(async (db) => [await allFaults(db), await namesIn(db), db.info.version] as const)
    expect(all.filter(({ title }, i) => all.findIndex((other) => other.title === title) < i)).toEqual([])
    expect(chosen(all, ALL, version).length).toBeGreaterThanOrEqual(1000)
    expect(counted(all, faultsPart, version)).toBeGreaterThanOrEqual(atLeast.faults)
    const faults = chosen(all, faultsPart, version).filter(isAskedFor)
    const outcome: Outcome = { missed: [], notFollowed: [], runs: 0 }
    for (const group of together(faults, names)) await tryFaults(harness, session, group, outcome)
    const { missed, notFollowed, runs } = outcome
    const caught = faults.length - missed.length
    print(`verify, ${name}: ${caught} of ${faults.length} single faults caught, ${warningsOf(faults, missed)}, ${runs} runs`)
    print(`verify, ${name}: ${caught - notFollowed.length} of ${caught} remedies followed`)
    const judged = faults.filter(({ title }) => !OPEN.caught.includes(title))
    const findings = [...differences('caught', faults, missed), ...differences('remedies', judged, notFollowed)]
    expect(findings, findings.join('\n\n')).toEqual([])
  })

  test('verify: a harmless state -> it passes without a warning, for a superuser and for a reader', async () => {
    const [names, version] = await session.inside(async (db) => [await namesIn(db), db.info.version] as const)
    expect(chosen(HARMLESS, ALL, version).length).toBeGreaterThanOrEqual(200)
    expect(counted(HARMLESS, statesPart, version)).toBeGreaterThanOrEqual(atLeast.states)
    const states = chosen(HARMLESS, statesPart, version).filter(isAskedFor)
    const reported: Finding[] = []
    for (const state of states.filter(hasOwnDatabase)) await tryState(harness, state, reported)
    const others = states.filter((state) => !hasOwnDatabase(state))
    for (const group of together(others, names)) await tryStates(harness, session, group, reported)
    print(`verify, ${name}: ${states.length - reported.length} of ${states.length} harmless states pass`)
    const findings = differences('harmless', states, reported)
    expect(findings, findings.join('\n\n')).toEqual([])
  })
}

/** Groups, or each alone where some are selected. */
function together<T extends VerifyFault | HarmlessState>(all: readonly T[], names: ReadonlySet<string>): T[][] {
  return WANTED !== undefined || MODE === 'alone' ? all.map((single) => [single]) : groupsOf(all, names)
}

function isAskedFor({ title }: { title: string }): boolean {
  return (WANTED ?? '').split('|').some((part) => title.includes(part))
}

interface Outcome {
  /** Faults that are not reported as they are to be. */
  missed: Finding[]
  /** Faults whose remedies do not make verify pass. */
  notFollowed: Finding[]
  /** How often faults were made, alone or together. */
  runs: number
}

/** Whatever is wrong with a group is tried again with two parts of it: in the end a fault is alone. */
async function tryFaults(harness: FaultHarness, session: SharedSession, faults: readonly VerifyFault[], outcome: Outcome): Promise<void> {
  outcome.runs += 1
  const wrong = await whatIsWrong(harness, session, faults).catch((error: unknown) => notMade(faults, error))
  const [fault, ...others] = faults
  if (wrong === undefined || fault === undefined) return
  if (others.length === 0) outcome[wrong.list].push({ title: fault.title, why: wrong.why })
  else for (const part of partsOf(faults, wrong.those)) await tryFaults(harness, session, part, outcome)
}

interface Wrong<T> {
  list: 'missed' | 'notFollowed'
  why: string
  /** The members of the group that it is about, where that is known. */
  those: readonly T[]
}

async function whatIsWrong(
  harness: FaultHarness,
  session: SharedSession,
  faults: readonly VerifyFault[],
): Promise<Wrong<VerifyFault> | undefined> {
  const { answers, missed, remedy } = await session.inside((db) => harness.tryFaults(db, faults))
  if (missed.length > 0) return { list: 'missed', why: listed(answers), those: missed }
  const why = remedy === 'own database' ? await harness.inOwnDatabase(faults, answers[0]?.answer).catch(crash) : remedy
  return why === undefined ? undefined : { list: 'notFollowed', why, those: [] }
}

function notMade<T extends VerifyFault | HarmlessState>(all: readonly T[], error: unknown): Wrong<T> {
  const those = all.filter(({ title }) => error instanceof NotMade && title === error.title)
  return { list: 'missed', why: crash(error), those }
}

/** Those that something was wrong with, and the others; else halves. */
function partsOf<T>(all: readonly T[], those: readonly T[]): T[][] {
  const others = all.filter((one) => !those.includes(one))
  const middle = Math.ceil(all.length / 2)
  return those.length > 0 && others.length > 0 ? [[...those], others] : [all.slice(0, middle), all.slice(middle)]
}

function hasOwnDatabase({ before, alone }: HarmlessState): boolean {
  return before !== undefined || alone === true
}

/** As for faults. */
async function tryStates(
  harness: FaultHarness,
  session: SharedSession,
  states: readonly HarmlessState[],
  reported: Finding[],
): Promise<void> {
  const asked = session.inside((db) => harness.answersAfter(db, states))
  const wrong = await asked.then(
    (answers) => reportedIn(answers),
    (error: unknown) => notMade(states, error),
  )
  const [state, ...others] = states
  if (wrong === undefined || state === undefined) return
  if (others.length === 0) reported.push({ title: state.title, why: wrong.why })
  else for (const part of partsOf(states, wrong.those)) await tryStates(harness, session, part, reported)
}

async function tryState(harness: FaultHarness, state: HarmlessState, reported: Finding[]): Promise<void> {
  const wrong = await harness.inNewDatabase(state).then(
    (answers) => reportedIn(answers, state.warns),
    (error: unknown) => notMade([state], error),
  )
  if (wrong !== undefined) reported.push({ title: state.title, why: wrong.why })
}

/** What verify reports about harmless states; `warns`: besides the warning that is expected. */
function reportedIn(answers: readonly RoleAnswer[], warns?: string): Wrong<HarmlessState> | undefined {
  const isExpected = ({ ok, results }: Answer): boolean => ok && results.length === 1 && results[0]?.id === warns
  const wrong = answers.filter(({ answer }) => (warns === undefined ? !isGreen(answer) : !isExpected(answer)))
  return wrong.length === 0 ? undefined : { list: 'missed', why: listed(wrong), those: [] }
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

function warningsOf(faults: readonly VerifyFault[], missed: readonly Finding[]): string {
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
