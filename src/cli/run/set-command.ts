import { setSkills } from '../../api/registry-skills.ts'
import { printable } from '../../core/text.ts'
import type { SetReport, SkillSetting } from '../../registry/table/set-skills.ts'
import type { Style } from '../../render/style.ts'
import type { CommandResult, Context } from '../output/context.ts'
import { databaseLine, databaseReport, type WithDatabase } from '../output/database-view.ts'
import { withDatabase, type ConnectionFlags } from './database.ts'

export type SetCommandReport = WithDatabase<SetReport>

/** Does the work of `enable`, `disable` and `trust`. */
export async function setCommand(
  context: Context,
  flags: ConnectionFlags,
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

/** A line for each skill: its new value, and the former one. */
function setView({ database, field, value, changed, unchanged }: SetCommandReport, style: Style): string[] {
  const word = (one: boolean | number): string => (field === 'trustLevel' ? `trust level ${one}` : one === true ? 'enabled' : 'disabled')
  return [
    databaseLine(database, style),
    ...changed.map(({ id, from }) => `  ${printable(id)}: ${style.green(word(value))} ${style.dim(`(was ${word(from)})`)}`),
    ...unchanged.map((id) => `  ${printable(id)}: ${style.dim('already')} ${word(value)}`),
  ]
}
