import { newSkill } from '../../../api/write-skills.ts'
import type { NewSkill } from '../../../registry/authoring/new-skill.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = NewSkill

export const execute = executor(spec, async (context, { skills, description, config, envFile }, [id]): Promise<CommandResult<Report>> => {
  const settings = await settingsWithoutDatabase(context, { config, envFile, skills: skills === undefined ? [] : [skills] })
  const report = newSkill({ id, folder: settings.skills.value[0] ?? 'skills', cwd: context.cwd, description })
  return {
    report,
    view: (style) => [`${style.green('created')} ${report.file}`, style.dim('describe the skill, then run skills lint and skills sync')],
  }
})
