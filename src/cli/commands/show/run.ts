import { showSkill } from '../../../api/registry-skills.ts'
import type { SkillDetails } from '../../../registry/table/registry-skills.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import type { ArgumentsOf, FlagsOf } from '../../parse/spec.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { showView } from './view.ts'

export type Report = WithDatabase<{ skill: SkillDetails }>

export const execute: Executor = executor(spec, showCommand)

async function showCommand(context: Context, flags: FlagsOf<typeof spec>, [id]: ArgumentsOf<typeof spec>): Promise<CommandResult<Report>> {
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
