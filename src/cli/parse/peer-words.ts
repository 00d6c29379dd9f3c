/** What to say about a word that is a command of another tool and not of this one. */
export interface Advice {
  /** The command that is known, for `--json`: `migrate`, or empty. */
  name: string
  message: string
  hint: string
}

/**
 * The advice for a word that is no command here, when other migration tools or skill tools have a command of that name. `known`: the
 * names of the commands.
 */
export function adviceFor(argv: readonly string[], known: ReadonlySet<string>): Advice | undefined {
  const words = argv.slice(argv[0] === 'help' ? 1 : 0, 3)
  const name = words[0] === 'migrate' ? words.slice(0, 2) : words.slice(0, 1)
  if (known.has(name.join(' '))) return undefined
  const word = name.at(-1) ?? ''
  const parent = name.slice(0, -1).join(' ')
  if (BACK.has(word))
    return { name: parent, message: `there is no command "${name.join(' ')}": skills migrate goes forward only`, hint: HOW_BACK }
  const hint = (name.length > 1 ? IN_MIGRATE.get(word) : undefined) ?? WORDS.get(word)
  return hint === undefined ? undefined : { name: parent, message: `unknown command "${name.join(' ')}"`, hint }
}

const HOW_BACK =
  'write a new migration that changes it back (`skills migrate new --revert VERSION` drafts it where every statement has an exact inverse), or restore a backup'

/** dbmate, goose, golang-migrate, node-pg-migrate, sqitch, Flyway, Liquibase, Alembic, Rails, Knex. */
const BACK: ReadonlySet<string> = new Set(['down', 'downgrade', 'downto', 'redo', 'revert', 'rollback', 'undo'])

const APPLY = 'run `skills migrate`: it applies the pending migrations'
const CREATE = 'for a migration run `skills migrate new "what it does"`, for a skill `skills new ID`'
const STATE = 'run `skills migrate status`: it lists the migrations and their state'
const INIT = 'nothing to prepare: `skills migrate` creates its ledger; `skills quickstart` shows the first steps'
const NO_DROP = 'skills never drops a database or a schema; do that with psql, then run `skills migrate`'

/** The commands of migration tools and of skill tools, with what does the same here. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...['apply', 'deploy', 'latest', 'migrate-up', 'up', 'up-to', 'update', 'upgrade', 'upto', 'watch'].map((word) => [word, APPLY] as const),
  ...['add', 'create', 'generate', 'make', 'newfile'].map((word) => [word, CREATE] as const),
  ...['current', 'history', 'info', 'ls-migrations', 'pending', 'status'].map((word) => [word, STATE] as const),
  ...['clean', 'drop', 'erase', 'fresh', 'reset', 'wipe'].map((word) => [word, NO_DROP] as const),
  ['init', INIT],
  ['setup', INIT],
  ['version', 'run `skills --version` for the version of the tool, `skills migrate status` for that of the schema'],
  ['baseline', 'run `skills migrate baseline`'],
  ['check', 'run `skills verify`'],
  ['dump', 'run `skills migrate dump`'],
  ['fix', 'run `skills lint --fix` for skill files, `skills migrate repair VERSION` for a changed migration'],
  ['force', 'run `skills migrate repair VERSION` for one migration, `skills migrate baseline` for a database that has the objects'],
  ['install', 'run `skills sync`: it writes the skills of a folder to the registry'],
  ['plan', 'run `skills migrate --dry-run`'],
  ['publish', 'run `skills sync`: it writes the skills of a folder to the registry'],
  ['remove', 'remove the folder of the skill and run `skills sync`, or run `skills disable ID`'],
  ['repair', 'run `skills migrate repair VERSION`'],
  ['resolve', 'run `skills migrate repair VERSION` for one migration, `skills migrate baseline` for a database that has the objects'],
  ['schema', 'run `skills migrate dump` for the schema, `skills diff` for the registry'],
  ['squash', 'run `skills migrate squash --to VERSION`'],
  ['uninstall', 'remove the folder of the skill and run `skills sync`, or run `skills disable ID`'],
  ['validate', 'run `skills verify` for the database, `skills lint` for skill files, `skills migrate lint` for migrations'],
  ['wait', 'pass `--wait 30s` to any command that needs the database'],
])

/** After `migrate` a few words mean something else. */
const IN_MIGRATE: ReadonlyMap<string, string> = new Map([
  ...['add', 'create', 'generate', 'make'].map((word) => [word, 'run `skills migrate new "what it does"`'] as const),
  ['dev', APPLY],
  ['diff', 'run `skills verify` for differences from the migrations, `skills migrate dump` for the schema as SQL'],
  ['run', APPLY],
  ['show', STATE],
  ['list', STATE],
  ['sync', APPLY],
  ['validate', 'run `skills verify` for the database, `skills migrate lint` for the files'],
  ['version', STATE],
])
