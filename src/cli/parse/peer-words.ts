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
  const written = words[0] === 'migrate' ? words.slice(0, 2) : words.slice(0, 1)
  if (known.has(written.join(' '))) return undefined
  const name = withoutColon(written)
  const parent = name.slice(0, -1).join(' ')
  const word = name.at(-1) ?? ''
  if (BACK.has(word))
    return { name: parent, message: `there is no command "${written.join(' ')}": skills migrate goes forward only`, hint: HOW_BACK }
  const hint = (parent === '' ? undefined : IN_MIGRATE.get(word)) ?? runKnown([name.join(' '), word], known) ?? WORDS.get(word)
  return hint === undefined ? undefined : { name: parent, message: `unknown command "${written.join(' ')}"`, hint }
}

/** `migrate:up` and `db:migrate:up` as `migrate up`: scripts of package.json, Rails, Laravel, Knex have such names. */
function withoutColon(name: readonly string[]): readonly string[] {
  const parts = (name.at(-1) ?? '').toLowerCase().split(':')
  if (parts.length === 1 || !SPACES.has(parts[0] ?? '')) return name
  const last = parts.at(-1) ?? ''
  return last === 'migrate' ? [last] : ['migrate', last]
}

const SPACES: ReadonlySet<string> = new Set(['database', 'db', 'migrate', 'migration', 'migrations', 'schema', 'skills'])

function runKnown(commands: readonly string[], known: ReadonlySet<string>): string | undefined {
  const found = commands.find((command) => known.has(command))
  return found === undefined ? undefined : `run \`skills ${found}\``
}

const HOW_BACK =
  'write a new migration that changes it back (`skills migrate new --revert VERSION` drafts it where every statement has an exact inverse), or restore a backup'

/** dbmate, goose, golang-migrate, node-pg-migrate, sqitch, Flyway, Liquibase, Alembic, Rails, Knex. */
const BACK: ReadonlySet<string> = new Set([
  'down',
  'down-to',
  'downgrade',
  'downto',
  'migrate-down',
  'redo',
  'revert',
  'rollback',
  'rollback-all',
  'undo',
])

const APPLY = 'run `skills migrate`: it applies the pending migrations'
const CREATE = 'for a migration run `skills migrate new "what it does"`, for a skill `skills new ID`'
const STATE = 'run `skills migrate status`: it lists the migrations and their state'
const INIT = 'nothing to prepare: `skills migrate` creates its ledger; `skills quickstart` shows the first steps'
const RECORD = 'run `skills migrate baseline --to VERSION`: it records migrations as applied without running them'
const FORWARD_TO =
  'run `skills migrate --to VERSION` to go forward to a version; to go back, write a new migration (`skills migrate new --revert VERSION`)'
const NO_DROP = 'skills never drops a database or a schema; do that with psql, then run `skills migrate`'

/** The commands of migration tools and of skill tools, with what does the same here. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...['apply', 'deploy', 'latest', 'migrate-up', 'up', 'up-to', 'update', 'upgrade', 'upto', 'watch'].map((word) => [word, APPLY] as const),
  ...['add', 'create', 'generate', 'make', 'makemigrations', 'newfile', 'revision'].map((word) => [word, CREATE] as const),
  ...['current', 'heads', 'history', 'info', 'ls', 'ls-migrations', 'pending', 'showmigrations', 'status'].map(
    (word) => [word, STATE] as const,
  ),
  ...['clean', 'drop', 'erase', 'fresh', 'refresh', 'reset', 'wipe'].map((word) => [word, NO_DROP] as const),
  ...['checkout', 'goto', 'to', 'up-by-one'].map((word) => [word, FORWARD_TO] as const),
  ...['changelog-sync', 'mark-applied', 'stamp'].map((word) => [word, RECORD] as const),
  ...['introspect', 'pull', 'snapshot'].map((word) => [word, 'run `skills migrate dump`: it writes the schema as SQL'] as const),
  ...['preview', 'sqlmigrate', 'update-sql'].map((word) => [word, 'run `skills migrate --dry-run --sql`: it prints the script'] as const),
  ...['init', 'setup'].map((word) => [word, INIT] as const),
  ...['release-locks', 'unlock'].map((word) => [word, 'nothing to release: the locks of a run end with its connection'] as const),
  ['version', 'run `skills --version` for the version of the tool, `skills migrate status` for that of the schema'],
  ['baseline', 'run `skills migrate baseline`'],
  ['check', 'run `skills verify`'],
  ['dump', 'run `skills migrate dump`'],
  ['fix', 'run `skills lint --fix` for skill files, `skills migrate repair VERSION` for a changed migration'],
  ['force', 'run `skills migrate repair VERSION` for one migration, `skills migrate baseline` for a database that has the objects'],
  ['install', 'run `skills sync`: it writes the skills of a folder to the registry'],
  ['migration', 'run `skills migrate`, or `skills migrate --help` for its subcommands'],
  ['migrations', 'run `skills migrate`, or `skills migrate --help` for its subcommands'],
  ['plan', 'run `skills migrate --dry-run`'],
  [
    'rebase',
    'nothing to rebase: the names of the files decide their order; rename a pending file so that it sorts last, and see the order with `skills migrate status`',
  ],
  ['publish', 'run `skills sync`: it writes the skills of a folder to the registry'],
  ['remove', 'remove the folder of the skill and run `skills sync`, or run `skills disable ID`'],
  ['repair', 'run `skills migrate repair VERSION`'],
  ['resolve', 'run `skills migrate repair VERSION` for one migration, `skills migrate baseline` for a database that has the objects'],
  ['schema', 'run `skills migrate dump` for the schema, `skills diff` for the registry'],
  ['seed', 'write the rows in a migration (`skills migrate new "what it does"`); `skills demo-data` fills a registry for a trial'],
  ['squash', 'run `skills migrate squash --to VERSION`'],
  ['uninstall', 'remove the folder of the skill and run `skills sync`, or run `skills disable ID`'],
  ['validate', 'run `skills verify` for the database, `skills lint` for skill files, `skills migrate lint` for migrations'],
  ['wait', 'pass `--wait 30s` to any command that needs the database'],
])

/** After `migrate` a few words mean something else. */
const IN_MIGRATE: ReadonlyMap<string, string> = new Map([
  ...['add', 'create', 'generate', 'make'].map((word) => [word, 'run `skills migrate new "what it does"`'] as const),
  ['commit', 'nothing to commit: each file is a migration; `skills migrate new "what it does"` starts the next one'],
  ['dev', APPLY],
  ['diff', 'run `skills verify` for differences from the migrations, `skills migrate dump` for the schema as SQL'],
  ['export', 'run `skills migrate dump`: it writes the schema as SQL'],
  ['hash', 'nothing to do: the ledger has the digest of each applied file; `skills migrate repair VERSION` accepts a changed one'],
  ['load', 'put the file into a folder of migrations and run `skills migrate`'],
  ['push', APPLY],
  ['run', APPLY],
  ['set', RECORD],
  ['show', STATE],
  ['list', STATE],
  ['sync', APPLY],
  ['validate', 'run `skills verify` for the database, `skills migrate lint` for the files'],
  ['verify', 'run `skills verify`: it compares the database with the migrations'],
  ['version', STATE],
])
