import { newSkill } from '../../../registry/authoring/new-skill.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import { settingsOf } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import type { NewSkill } from '../../../registry/authoring/new-skill.ts'

export interface NewFlags extends CommonFlags {
  dir?: string
  description?: string
  config?: string
}

export type Report = NewSkill

export const execute: Executor = executor('new', newCommand)

/** Needs no database: it only writes a file. */
async function newCommand(context: Context, flags: NewFlags, [id = '']: readonly string[]): Promise<CommandResult<Report>> {
  const { dir, description, config } = flags
  const settings = await settingsOf(context, {
    ...(config === undefined ? {} : { config }),
    embedded: 'memory',
    skills: dir === undefined ? [] : [dir],
  })
  const report = newSkill({ id, folder: settings.skills.value[0] ?? 'skills', cwd: context.cwd, description })
  return {
    report,
    view: (style) => [`${style.green('made')} ${report.file}`, style.dim('write down what it does, then: skills lint, skills sync')],
  }
}
