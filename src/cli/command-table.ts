import { GROUPS, type CommandSpec } from './parse/spec.ts'

declare global {
  interface ImportMeta {
    /** Vite's import of many files; `.ci/import-glob.js` does the same in the build. */
    glob<Module>(pattern: string, options: { eager: true }): Readonly<Record<string, Module>>
  }
}

const modules = import.meta.glob<{ spec: CommandSpec }>('./commands/*/spec.ts', { eager: true })

/** Every command, found by its folder, in the order of the help page. */
export const COMMANDS: readonly CommandSpec[] = Object.values(modules)
  .map(({ spec }) => spec)
  .toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || a.order - b.order)
