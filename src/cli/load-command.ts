import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { CommandSpec } from './parse/spec.ts'
import type { Executor } from './run/run-command.ts'

/** Loads a command's module, each when it is used, from dist/: the lean ones are CommonJS (`.ci/build.js`). */
export async function loadCommand({ name }: CommandSpec): Promise<Executor> {
  const file = name.replaceAll(' ', '-')
  const lean = fileURLToPath(new URL(`../lean/${file}.cjs`, import.meta.url))
  const module: unknown = existsSync(lean)
    ? createRequire(import.meta.url)(lean)
    : await import(new URL(`../cli/commands/${file}/run.js`, import.meta.url).href)
  return (module as { execute: Executor }).execute
}
