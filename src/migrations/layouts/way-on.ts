import { shellWord } from '../../core/shell-word.ts'

/** The hint for a folder of another tool: the command that converts it, or what to do by hand. */
export function wayOn({ name }: { name: string }, label: string): string {
  return name === ''
    ? 'nothing was changed; copy what goes forward into files of their own, in a new folder (docs/migrate.md, "Folders of other tools")'
    : `nothing was changed; write a folder for skills with \`skills migrate import --from ${name} --dir ${shellWord(label)}\``
}
