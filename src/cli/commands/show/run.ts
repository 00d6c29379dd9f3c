import { showSkill } from '../../../api/registry-skills.ts'
import type { SkillDetails } from '../../../registry/table/registry-skills.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { showView } from './view.ts'

export type Report = WithDatabase<{ skill: SkillDetails }>

export const execute = executor(spec, async (context, flags, [id]): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db) => {
      const report = { database: databaseReport(db.info), skill: await showSkill(db, id) }
      return { report, view: (style, width) => showView(report, style, width) }
    },
    { mustExist: true },
  )
})
