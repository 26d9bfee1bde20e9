#!/usr/bin/env node
import { defineCommand, runMain } from 'citty';
import { doctor } from './commands/doctor.ts';
import { types } from './commands/types.ts';
import { VERSION } from './version.ts';

await runMain(
  defineCommand({
    meta: { name: 'dosql', version: VERSION, description: 'Command line for DoSQL' },
    subCommands: { doctor, types },
  }),
);
