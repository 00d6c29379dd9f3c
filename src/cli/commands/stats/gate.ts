import { EXIT } from '../../../core/errors.ts'
import { grouped, plural, printable } from '../../../core/text.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import type { Style } from '../../../render/style.ts'
import { wrap } from '../../../render/table.ts'
import type { Gate, GateFailure } from '../../../stats/report.ts'
import type { CommandResult } from '../../output/context.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { ms, rating } from './table.ts'

/** The exit code, and a result for each condition. A condition that judged no skill is skipped, which is not a pass. */
export function gateResult(gate: Gate, { url, version, schema }: DatabaseReport): Pick<CommandResult, 'exit' | 'checks'> {
  return {
    exit: gate.failures.length > 0 ? EXIT.no : EXIT.ok,
    checks: {
      results: gate.conditions.map(({ condition, judged }) => resultOf(gate, condition, judged)),
      properties: { database: url, server: `PostgreSQL ${version}`, schema },
    },
  }
}

function resultOf({ failures, minUses }: Gate, condition: string, judged: number): ReportResult {
  const found = failures.filter((failure) => failure.condition === condition)
  const result = { code: 'stats.gate', title: `no skill meets: ${condition}`, group: 'stats', severity: 'error', messages: [] } as const
  if (found.length > 0)
    return { ...result, status: 'failed', messages: found.map((failure) => ({ object: nameOf(failure), text: reasonOf(failure) })) }
  return judged > 0 ? { ...result, status: 'ok' } : { ...result, status: 'skipped', reason: nothingJudged(minUses) }
}

/** Each condition with its count, and the verdict. The skills that failed are in the table above. */
export function gateLines(gate: Gate, style: Style, width: number): string[] {
  const { conditions, failures, skills, enoughUses, minUses } = gate
  const lines = conditions.map(({ condition, judged, failed }) => {
    const mark = judged === 0 ? style.yellow('skipped') : failed > 0 ? style.red('failed ') : style.green('ok     ')
    return `${mark} ${condition}: ${judged === 0 ? nothingJudged(minUses) : `${grouped(failed)} of ${plural(judged, 'skill')}`}`
  })
  const failed = new Set(failures.map(({ skillId }) => skillId)).size
  const judged = `${grouped(enoughUses)} of ${plural(skills, 'skill')} with ${minUses === null ? 'enough uses' : `at least ${plural(minUses, 'use')}`}`
  return [...lines, ...wrap(`${failed === 0 ? 'no skill failed' : `${plural(failed, 'skill')} failed`}; ${judged}`, width)]
}

function nothingJudged(minUses: number | null): string {
  return `no skill has ${minUses === null || minUses === 1 ? 'enough uses, or none has such a value' : `${grouped(minUses)} uses and such a value`}`
}

function nameOf({ skillId }: GateFailure): string {
  return skillId === null ? 'all skills' : `skill ${printable(skillId)}`
}

function reasonOf(failure: GateFailure): string {
  return `${failure.condition}: ${foundValue(failure)} of ${plural(failure.uses, 'use')}`
}

/** The value of a failure: `84.2 %`, `2.3 s`, `-5.1 points`. */
export function foundValue({ unit, value, isEstimate }: GateFailure): string {
  const about = isEstimate ? 'about ' : ''
  switch (unit) {
    case 'share':
      return `${about}${precise(100 * value)} %`
    case 'difference':
      return `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} points`
    case 'ms':
      return `${about}${ms(value)}`
    case 'rating':
      return rating(value)
    case 'count':
      return grouped(value)
  }
}

/** Without zeros at the end. */
function precise(value: number): string {
  return String(Number(value.toFixed(2)))
}
