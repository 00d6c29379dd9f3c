#!/usr/bin/env node
require(process.argv[2] === 'migrate' ? '../dist/lean/skills-migrate.cjs' : '../dist/lean/skills.cjs')
