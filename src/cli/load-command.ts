import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { CommandSpec } from './command-spec.ts'
import type { Executor } from './run-command.ts'

/** Loads a command's module, each when it is used, from its place beside this bundle: the lean ones are CommonJS. */
export async function loadCommand({ name }: CommandSpec): Promise<Executor> {
  const file = `commands/${name.replaceAll(' ', '-')}`
  const lean = fileURLToPath(new URL(`${file}.cjs`, import.meta.url))
  const module: unknown = existsSync(lean)
    ? createRequire(import.meta.url)(lean)
    : await import(new URL(`${file}.js`, import.meta.url).href)
  return (module as { execute: Executor }).execute
}
