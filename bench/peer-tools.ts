import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A migration as every tool can have it: only the frame around the SQL differs. */
export interface PeerFile {
  /** Digits. */
  number: string
  name: string
  sql: string
  noTransaction?: boolean
}

export interface PeerTool {
  name: string
  version: string
  /** Replaces the migrations in the folder of the tool. */
  write(folder: string, files: readonly PeerFile[]): void
  /** Applies the pending migrations. */
  up(folder: string, url: string): { argv: string[]; env?: Record<string, string> }
}

export interface RunResult {
  code: number
  /** Both streams. */
  output: string
}

/** The tools on this machine, skills first, and the names of those that are not installed. */
export function peerTools(root: string): { tools: PeerTool[]; missing: string[] } {
  const local = (name: string): string => path.join(root, 'bench', 'peers', 'node_modules', '.bin', name)
  const find = (name: string): string | undefined => [local(name), onPath(name)].find((file) => file !== undefined && existsSync(file))
  const makers: [string, (binary: string) => PeerTool][] = [
    ['dbmate', dbmate],
    ['flyway', flyway],
    ['atlas', atlas],
    ['goose', goose],
    ['node-pg-migrate', nodePgMigrate],
  ]
  const found = makers.map(([name, make]) => ({ name, make, binary: find(name) }))
  return {
    tools: [skillsTool(root), ...found.flatMap(({ make, binary }) => (binary === undefined ? [] : [make(binary)]))],
    missing: found.filter(({ binary }) => binary === undefined).map(({ name }) => name),
  }
}

/** Runs a tool to its end. */
export function runPeer(tool: PeerTool, folder: string, url: string, onStart?: (pid: number) => void): Promise<RunResult> {
  const { argv, env } = tool.up(folder, url)
  return new Promise((resolve) => {
    const [program = '', ...args] = argv
    const child = spawn(program, args, {
      cwd: path.dirname(folder),
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
    if (child.pid !== undefined) onStart?.(child.pid)
  })
}

function skillsTool(root: string): PeerTool {
  const bin = path.join(root, 'bin', 'skills.js')
  return {
    name: 'skills',
    version: versionOf(process.execPath, [bin, '--version']),
    write: writer(
      ({ number, name }) => `${number}_${name}.sql`,
      ({ sql, noTransaction }) => `${noTransaction === true ? '-- skills: no-transaction\n' : ''}${sql}`,
    ),
    up: (folder, url) => ({ argv: [process.execPath, bin, 'migrate', '--dir', folder], env: { DATABASE_URL: url } }),
  }
}

function dbmate(binary: string): PeerTool {
  return {
    name: 'dbmate',
    version: versionOf(binary, ['--version']),
    write: writer(
      ({ number, name }) => `${number}_${name}.sql`,
      ({ sql, noTransaction }) => `-- migrate:up${noTransaction === true ? ' transaction:false' : ''}\n${sql}\n-- migrate:down\n`,
    ),
    up: (folder, url) => ({
      argv: [binary, '--no-dump-schema', '--migrations-dir', folder, 'migrate'],
      env: { DATABASE_URL: `${url}?sslmode=disable` },
    }),
  }
}

function flyway(binary: string): PeerTool {
  return {
    name: 'flyway',
    version: versionOf(binary, ['--version']),
    write: writer(
      ({ number, name }) => `V${number}__${name}.sql`,
      ({ sql }) => sql,
    ),
    up: (folder, url) => {
      const { host, pathname, username, password } = new URL(url)
      const login = [`-user=${username}`, `-password=${decodeURIComponent(password)}`]
      return { argv: [binary, `-url=jdbc:postgresql://${host}${pathname}`, ...login, `-locations=filesystem:${folder}`, 'migrate'] }
    },
  }
}

function atlas(binary: string): PeerTool {
  const write = writer(
    ({ number, name }) => `${number}_${name}.sql`,
    ({ sql, noTransaction }) => `${noTransaction === true ? '-- atlas:txmode none\n\n' : ''}${sql}`,
  )
  return {
    name: 'atlas',
    version: versionOf(binary, ['version']),
    write: (folder, files) => {
      write(folder, files)
      spawnSync(binary, ['migrate', 'hash', '--dir', `file://${folder}`])
    },
    up: (folder, url) => ({ argv: [binary, 'migrate', 'apply', '--dir', `file://${folder}`, '--url', `${url}?sslmode=disable`] }),
  }
}

function goose(binary: string): PeerTool {
  return {
    name: 'goose',
    version: versionOf(binary, ['--version']),
    write: writer(
      ({ number, name }) => `${number}_${name}.sql`,
      ({ sql, noTransaction }) => `${noTransaction === true ? '-- +goose NO TRANSACTION\n' : ''}-- +goose Up\n${sql}\n-- +goose Down\n`,
    ),
    up: (folder, url) => ({ argv: [binary, '-dir', folder, 'postgres', `${url}?sslmode=disable`, 'up'] }),
  }
}

/** Its SQL files have no way to run without a transaction; `--no-single-transaction` gives each file one of its own. */
function nodePgMigrate(binary: string): PeerTool {
  return {
    name: 'node-pg-migrate',
    // its --version is that of the package in the current folder
    version: (JSON.parse(readFileSync(path.resolve(realpathSync(binary), '../../package.json'), 'utf8')) as { version: string }).version,
    write: writer(
      ({ number, name }) => `${number.padEnd(17, '0')}_${name}.sql`,
      ({ sql }) => `-- Up Migration\n${sql}\n-- Down Migration\n`,
    ),
    up: (folder, url) => ({ argv: [binary, 'up', '-m', folder, '--no-single-transaction'], env: { DATABASE_URL: url } }),
  }
}

function writer(nameOf: (file: PeerFile) => string, textOf: (file: PeerFile) => string): PeerTool['write'] {
  return (folder, files) => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for (const file of files) writeFileSync(path.join(folder, nameOf(file)), textOf(file))
  }
}

function versionOf(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: path.parse(process.cwd()).root })
  return /\d+\.\d+[.\w]*/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file))
}
