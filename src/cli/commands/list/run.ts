import { SkillsError } from '../../../core/errors.ts'
import { nearest } from '../../../core/text.ts'
import { listSkills } from '../../../registry/table/registry-skills.ts'
import type { SkillFilter } from '../../../registry/table/registry-skills.ts'
import { CATEGORIES, TIERS } from '../../../registry/skill/skill.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { readTrustLevel } from '../../run/trust-level.ts'
import { databaseReport } from '../../output/database-view.ts'
import { listView } from './view.ts'
import type { RegistrySkill } from '../../../registry/table/registry-skills.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface ListFlags extends CommonFlags, DatabaseFlags {
  tier?: string
  category?: string
  enabled?: boolean
  disabled?: boolean
  minTrust?: string
}

export type Report = WithDatabase<{ skills: RegistrySkill[] }>

export const execute: Executor = executor('list', listCommand)

async function listCommand(context: Context, flags: ListFlags): Promise<CommandResult<Report>> {
  const filter = readFilter(flags)
  return withDatabase(
    context,
    flags,
    async (db) => {
      const skills = await listSkills(db, filter)
      const report = { database: databaseReport(db.info), skills }
      const isFiltered = Object.values(filter).some((value) => value !== undefined)
      return { report, view: (style, width) => listView(report, isFiltered, style, width) }
    },
    { mustExist: true },
  )
}

function readFilter({ tier, category, enabled, disabled, minTrust }: ListFlags): SkillFilter {
  if (enabled === true && disabled === true) {
    throw new SkillsError('USAGE', '--enabled and --disabled exclude each other', { hint: 'leave both out to see all' })
  }
  return {
    tier: oneOf('--tier', tier, TIERS),
    category: oneOf('--category', category, CATEGORIES),
    enabled: enabled === true ? true : disabled === true ? false : undefined,
    minTrust: minTrust === undefined ? undefined : readTrustLevel(minTrust, '--min-trust'),
  }
}

/** One of some words, in capitals or not. */
function oneOf<T extends string>(option: string, text: string | undefined, words: readonly T[]): T | undefined {
  if (text === undefined) return undefined
  const word = words.find((known) => known.toLowerCase() === text.toLowerCase())
  if (word !== undefined) return word
  const near = nearest(text, words)
  throw new SkillsError('USAGE', `${option}: "${text}" is unknown${near === undefined ? '' : `; did you mean ${near}?`}`, {
    hint: `use one of ${words.join(', ')}`,
  })
}
