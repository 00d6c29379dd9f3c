import type { CommandSpec } from './command-spec.ts'
import type { Executor } from './run-command.ts'

/** Loads a command's module: each when it is used, from its place beside this bundle. */
export async function loadCommand({ name }: CommandSpec): Promise<Executor> {
  const place = new URL(`commands/${name.replaceAll(' ', '-')}.js`, import.meta.url)
  const { execute } = (await import(place.href)) as { execute: Executor }
  return execute
}
