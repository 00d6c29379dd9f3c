import { SkillsError } from '../../src/core/errors.ts'
import type { Db } from '../../src/db/db.ts'
import { verify } from '../../src/index.ts'
import type { CheckResult, Fault } from '../../src/verify/report.ts'
import type { VerifyFault } from './verify-faults/fault.ts'

/** What verify answers: its results that are not passed, or the error with which it refuses to look. */
export interface Answer {
  ok: boolean
  results: CheckResult[]
  refusal?: string
}

/** Verify in the session as it is. Whatever it throws is an answer, but never the expected one unless it names the object. */
export async function ask(db: Db, cwd: string): Promise<Answer> {
  try {
    const { ok, checks } = await verify(db, { cwd })
    return { ok, results: checks.filter(({ status }) => status !== 'passed' && status !== 'note') }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const refusal = error instanceof SkillsError ? error.message : `verify crashed: ${error.message}`
    return { ok: false, results: [], refusal }
  }
}

/** What the answer has that the one about the healthy database does not have. */
export function beyond(answer: Answer, healthy: Answer): Answer {
  const known = new Set(healthy.results.flatMap(keysOf))
  const results = answer.results.filter((result) => keysOf(result).some((key) => !known.has(key)))
  return { ...answer, results }
}

function keysOf({ id, status, faults }: CheckResult): string[] {
  return faults.length === 0 ? [`${id} ${status}`] : faults.map((fault) => `${id} ${status} ${textOf(fault)}`)
}

export function faultsOf(answer: Answer): Fault[] {
  return answer.results.flatMap(({ faults }) => faults)
}

export function isGreen({ ok, results }: Answer): boolean {
  return ok && results.length === 0
}

/**
 * The faults that the answer does not report as they ask for. Where several were made, a line counts for the one whose object is the
 * longest text in it.
 */
export function missedIn(faults: readonly VerifyFault[], answer: Answer): VerifyFault[] {
  const asked = faults.map((fault) => linesFor(fault, answer))
  const isOwn = (line: string | Fault, i: number): boolean =>
    asked.every((others, j) => j === i || !others.includes(line) || lengthOf(faults[j]) < lengthOf(faults[i]))
  return faults.filter((_, i) => asked[i]?.some((line) => isOwn(line, i)) !== true)
}

function lengthOf(fault: VerifyFault | undefined): number {
  return fault?.object.length ?? 0
}

/** What the answer says that the fault asks for. */
function linesFor(fault: VerifyFault, { ok, results, refusal }: Answer): (string | Fault)[] {
  const { object, warns } = fault
  if (refusal !== undefined) return warns !== true && refusal.includes(object.split(' ').at(-1) ?? object) ? [refusal] : []
  if (ok !== (warns === true)) return []
  const wanted = results.filter((result) => isWanted(fault, result))
  return wanted.flatMap((result) => result.faults.filter((found) => textOf(found).includes(object)))
}

function isWanted({ check, warns }: VerifyFault, { id, status }: CheckResult): boolean {
  return (check === undefined || id === check) && status === (warns === true ? 'warning' : 'failed')
}

/** The answer in one line for each fault. */
export function described({ results, refusal }: Answer): string {
  const lines = results.flatMap(({ id, status, reason, faults }) =>
    faults.length === 0
      ? [`[${id}] ${status}: ${reason}`]
      : faults.map((fault) => `[${id}] ${status}: ${textOf(fault)} -> ${fault.remedy}`),
  )
  return [...(refusal === undefined ? [] : [refusal]), ...lines].join('\n')
}

const textOf = ({ object, actual }: Fault): string => `${object}: ${actual}`
