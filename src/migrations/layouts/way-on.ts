import type { Tool } from './tool.ts'

import { shellWord } from '../../core/shell-word.ts'

/** The hint for a folder of another tool: the command that converts it, or what to do by hand. */
export function wayOn(tool: Pick<Tool, 'name' | 'import'>, label: string): string {
  const { name } = tool
  // their ledger can have the name of ours
  const ledger = tool.import?.ledger.table === 'schema_migrations' ? ' --ledger skills_migrations' : ''
  return name === ''
    ? 'nothing was changed; copy what goes forward into files of their own, in a new folder (docs/migrate.md, "Folders of other tools")'
    : `nothing was changed; write a folder for skills with \`skills migrate import --from ${name} --dir ${shellWord(label)}${ledger}\``
}
