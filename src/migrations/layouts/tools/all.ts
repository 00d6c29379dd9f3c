import type { Tool } from '../tool.ts'
import { atlas } from './atlas.ts'
import { dbmate } from './dbmate.ts'
import { flyway } from './flyway.ts'
import { golangMigrate, sqlx } from './golang-migrate.ts'
import { goose, micrate, sqlMigrate } from './goose.ts'
import { graphile } from './graphile.ts'
import { liquibase } from './liquibase.ts'
import { namedPair, postgrator } from './named-pairs.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { sqitch } from './sqitch.ts'
import { tern } from './tern.ts'
import { twoParts } from './two-parts.ts'

/** All tools; where several read a comment or a name, the first counts. */
export const TOOLS: readonly Tool[] = [
  dbmate,
  goose,
  sqlMigrate,
  micrate,
  nodePgMigrate,
  golangMigrate,
  sqlx,
  flyway,
  sqitch,
  graphile,
  tern,
  liquibase,
  atlas,
  postgrator,
  namedPair,
  twoParts,
]
