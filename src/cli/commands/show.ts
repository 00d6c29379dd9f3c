import { showSkill } from '../../registry/table/registry-skills.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { databaseReport } from '../views/database.ts'
import { showView } from '../views/show.ts'

export const execute: Executor = executor('show', showCommand)

async function showCommand(context: Context, flags: CommonFlags & DatabaseFlags, [id = '']: readonly string[]): Promise<CommandResult> {
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
