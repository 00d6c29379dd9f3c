import { connect, migrate } from '../../src/index.ts'
import { cleanUpAfter } from './clean-up.ts'
import { copyOn, type TestBackend, type TestDatabase } from './databases.ts'
import { startPostgres, type TestServer } from './postgres-server.ts'

/**
 * A server for one test file, started at the first use: the roles that its tests create are not those of other files. `major`:
 * another version.
 */
export function ownServer(major?: number): TestBackend {
  let started: Promise<TestServer> | undefined
  const server = (): Promise<TestServer> => (started ??= start(major).then((running) => stopAfterFile(running)))
  const copy = async (template: string): Promise<TestDatabase> => copyOn((await server()).url, template)
  return { name: 'server', fresh: () => copy('template0'), migrated: () => copy(MIGRATED) }
}

const MIGRATED = 'migrated'

async function start(major: number | undefined): Promise<TestServer> {
  const server = await startPostgres({
    major,
    settings: { max_prepared_transactions: '5', wal_level: 'logical', track_commit_timestamp: 'on' },
  })
  const admin = await connect({ databaseUrl: server.url('postgres'), env: {} })
  await admin.exec(`CREATE DATABASE ${MIGRATED} TEMPLATE template0`)
  await admin.close()
  const db = await connect({ databaseUrl: server.url(MIGRATED), env: {} })
  const { error } = await migrate(db, { revokePublicCreate: true })
  await db.close()
  if (error !== undefined) throw error
  return server
}

const running = new Set<TestServer>()

function stopAfterFile(server: TestServer): TestServer {
  running.add(server)
  return server
}

cleanUpAfter('file', async () => {
  for (const server of running) await server.stop()
  running.clear()
})
