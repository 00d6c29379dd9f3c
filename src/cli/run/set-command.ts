import { setSkills } from '../../registry/table/set-skills.ts'
import type { SkillSetting } from '../../registry/table/set-skills.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from './context.ts'
import { withDatabase } from './context.ts'
import { databaseReport } from '../output/database-view.ts'
import { setView } from './set-view.ts'
import type { SetReport } from '../../registry/table/set-skills.ts'
import type { WithDatabase } from '../output/database-view.ts'

export type SetCommandReport = WithDatabase<SetReport>

/** What `enable`, `disable` and `trust` have in common. */
export async function setCommand(
  context: Context,
  flags: CommonFlags & DatabaseFlags,
  ids: readonly string[],
  setting: SkillSetting,
): Promise<CommandResult<SetCommandReport>> {
  return withDatabase(
    context,
    flags,
    async (db) => {
      const report = { database: databaseReport(db.info), ...(await setSkills(db, ids, setting)) }
      return { report, view: (style) => setView(report, style) }
    },
    { mustExist: true },
  )
}
