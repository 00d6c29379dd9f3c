import { showSkill } from '../../../registry/table/registry-skills.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { databaseReport } from '../../output/database-view.ts'
import { showView } from './view.ts'
import type { SkillDetails } from '../../../registry/table/registry-skills.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export type Report = WithDatabase<{ skill: SkillDetails }>

export const execute: Executor = executor('show', showCommand)

async function showCommand(
  context: Context,
  flags: CommonFlags & DatabaseFlags,
  [id = '']: readonly string[],
): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db) => {
      const report = { database: databaseReport(db.info), skill: await showSkill(db, id) }
      return { report, view: (style, width) => showView(report, style, width) }
    },
    { mustExist: true },
  )
}
