import { listSkills } from '../../../api/registry-skills.ts'
import type { RegistrySkill } from '../../../registry/table/registry-skills.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { listView } from './view.ts'

export type Report = WithDatabase<{ skills: RegistrySkill[] }>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const { tier, category, minTrust } = flags
  const filter = { tier, category, minTrust, enabled: flags.enabled === true ? true : flags.disabled === true ? false : undefined }
  return withDatabase(
    context,
    flags,
    async (db) => {
      const report = { database: databaseReport(db.info), skills: await listSkills(db, filter) }
      const isFiltered = Object.values(filter).some((value) => value !== undefined)
      return { report, view: (style, width) => listView(report, isFiltered, style, width) }
    },
    { mustExist: true },
  )
})
