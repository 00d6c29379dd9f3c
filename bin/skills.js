#!/usr/bin/env node
require('../dist/lean/main.cjs')
