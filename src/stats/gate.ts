import { SkillsError } from '../core/errors.ts'
import { isMet, metricOf, type Condition } from './gate-condition.ts'
import { PERCENTILE_ERROR_PCT } from './percentiles.ts'
import { exactly, type Question } from './question.ts'
import { readEnabledSkills, readSkillSums } from './read-skill-stats.ts'
import type { Gate, GateFailure, SkillChange, SkillStats } from './report.ts'

export interface GateOptions {
  conditions: readonly Condition[]
  /** Skills with fewer uses are not judged, except by a condition about uses. */
  minUses: number
}

/** Judges every skill of the question by conditions; an enabled skill without events has 0 uses. */
export async function readGate(question: Question, { conditions, minUses }: GateOptions): Promise<Gate> {
  const skills = await allSkills(question)
  const enough = skills.filter(({ totalUses }) => totalUses >= Math.max(1, minUses))
  const judged: Gate['conditions'] = []
  const failures: GateFailure[] = []
  const fromEvents = eventReader(question)
  for (const condition of conditions) {
    const found = await judge(question, { condition, skills: condition.metric === 'uses' ? skills : enough, fromEvents })
    judged.push({ condition: condition.text, judged: found.length, failed: found.filter(({ fails }) => fails).length })
    failures.push(...found.filter(({ fails }) => fails).map(({ failure }) => failure))
  }
  return { minUses, skills: skills.length, enoughUses: enough.length, conditions: judged, failures }
}

/** Judges a comparison: all skills together, and each skill with enough uses, must not be worse beyond chance. */
export function comparisonGate(total: SkillChange, skills: readonly SkillChange[]): Gate {
  const condition = 'worse'
  const judged = skills.filter(({ pValue }) => pValue !== null)
  const failures = [total, ...judged]
    .filter(({ verdict }) => verdict === 'worse')
    .map(({ skillId, differencePoints, usesAfter }): GateFailure => {
      const value = (differencePoints ?? 0) / 100
      return { skillId, condition, unit: 'difference', value, uses: usesAfter, isEstimate: false }
    })
  const failed = failures.filter(({ skillId }) => skillId !== null).length
  const conditions = [{ condition, judged: judged.length, failed }]
  return { minUses: null, skills: skills.length, enoughUses: judged.length, conditions, failures }
}

interface Judged {
  fails: boolean
  failure: GateFailure
}

interface Case {
  condition: Condition
  skills: readonly SkillStats[]
  fromEvents: (skillId: string) => Promise<SkillStats | undefined>
}

/** Counts a skill from its events, once for all conditions. */
function eventReader(question: Question): Case['fromEvents'] {
  const read = new Map<string, Promise<SkillStats | undefined>>()
  return (skillId) => {
    const counted = read.get(skillId) ?? readSkillSums(exactly({ ...question, skill: skillId })).then(([skill]) => skill)
    read.set(skillId, counted)
    return counted
  }
}

async function judge(question: Question, { condition, skills, fromEvents }: Case): Promise<Judged[]> {
  const { of, unit, isPercentile } = metricOf(condition)
  const judged: Judged[] = []
  for (const skill of skills) {
    const near = isPercentile === true && question.mode === 'rollup' && isNear(of(skill, 1), condition.limit)
    const isEstimate = near && isPartlyPruned(question)
    const counted = near && !isEstimate ? await fromEvents(skill.skillId) : undefined
    const value = of(counted ?? skill, condition.scale)
    if (value === null) continue
    const failure = {
      skillId: skill.skillId,
      condition: condition.text,
      unit,
      value: value / condition.scale,
      uses: skill.totalUses,
      isEstimate,
    }
    judged.push({ fails: isMet(condition, value), failure })
  }
  return judged
}

/** Whether a percentile with the error of the rollups could be on either side of the limit. */
function isNear(value: number | null, limit: number): boolean {
  const factor = 1 + PERCENTILE_ERROR_PCT / 100
  return value !== null && value / factor <= limit && value * factor >= limit
}

/** The events of the question are not all there, so they cannot be counted again. */
function isPartlyPruned({ period: { since }, prunedBefore }: Question): boolean {
  return prunedBefore !== null && (since === null || since < prunedBefore)
}

async function allSkills(question: Question): Promise<SkillStats[]> {
  const used = await readSkillSums(question)
  const known = new Set(used.map(({ skillId }) => skillId))
  const unused = (await readEnabledSkills(question)).filter((skillId) => !known.has(skillId))
  // without this, a typo would pass
  if (question.skill !== null && used.length + unused.length === 0) throw nothingToJudge(question.skill)
  return [...used, ...unused.map((skillId) => ({ ...UNUSED, skillId }))]
}

function nothingToJudge(skill: string): SkillsError {
  return new SkillsError('SKILL_UNKNOWN', `skill ${skill} is not enabled and has no uses in this period: there is nothing to judge`, {
    hint: 'check the id with skills list, or remove it to judge all skills',
  })
}

const UNUSED: Omit<SkillStats, 'skillId'> = {
  totalUses: 0,
  successCount: 0,
  softFail: 0,
  hardRefusal: 0,
  successRatePct: null,
  avgLatencyMs: null,
  latency: null,
  feedback: 0,
  avgRating: null,
  uniqueUsers: null,
  firstUse: null,
  lastUse: null,
  recent: [],
}
