// Runs migrations for workbench.replay: one command a line on standard input, one answer a line on the descriptor
// that its argument names.
//
// Standard output is left to the migrations, which may print what they like.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');

const job = JSON.parse(process.argv[2]);
const fromProject = createRequire(path.join(job.root, 'package.json'));
const { Sequelize, DataTypes } = fromProject('sequelize');

function answer(value) {
  fs.writeSync(job.answers, JSON.stringify(value) + '\n');
}

function prepareTypeScript() {
  try {
    const options = { module: 'commonjs', esModuleInterop: true, target: 'es2021', experimentalDecorators: true };
    fromProject('ts-node').register({ transpileOnly: true, skipProject: true, compilerOptions: options });
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    // Newer Node strips types by itself; older says on loading that it cannot.
  }
}

async function load(file) {
  if (/\.[cm]?ts$/.test(file)) prepareTypeScript();
  try {
    return createRequire(file)(file);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && error.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(file).href);
  }
}

function directionOf(loaded, direction) {
  for (const one of [loaded, loaded.default, ...Object.values(loaded)]) {
    if (!one) continue;
    if (typeof one[direction] === 'function') return one[direction].bind(one);
    if (typeof one === 'function' && one.prototype && typeof one.prototype[direction] === 'function') {
      const made = new one();
      return made[direction].bind(made);
    }
  }
  throw new Error(`the file exports no function ${direction}`);
}

// umzug 3 passes one object, sequelize-cli passes (queryInterface, Sequelize).
function argumentsFor(run, queryInterface, name) {
  const head = run.toString().split('=>')[0].split('{ ')[0];
  const takesContext = /\bcontext\b/.test(run.toString().slice(0, 200)) && !/queryInterface\s*,/.test(head);
  if (!takesContext) return [queryInterface, Sequelize, DataTypes];
  const context = new Proxy(queryInterface, {
    get(target, key) {
      if (key === 'getQueryInterface') return () => queryInterface;
      const owner = key in target ? target : target.sequelize;
      const value = owner[key];
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
  return [{ context, name, path: name }, Sequelize];
}

async function run(command) {
  let statements = 0;
  const sequelize = new Sequelize(command.database, job.user, '', {
    dialect: 'postgres',
    host: job.host,
    port: job.port,
    logging: () => { statements += 1; },
    pool: { max: 4, idle: 500 },
    retry: { max: 0 },
  });
  try {
    const bound = directionOf(await load(command.file), command.direction);
    const given = argumentsFor(bound.name.startsWith('bound ') ? await unbound(command) : bound,
      sequelize.getQueryInterface(), path.basename(command.file));
    await bound(...given);
    return { ok: true, statements };
  } catch (error) {
    const source = error.original || error.parent || error;
    // Lines of TypeScript are those of the translated text, which nobody sees.
    const line = !/\.[cm]?ts$/.test(command.file) && String(error.stack || '').split('\n').find((one) => one.includes(command.file));
    const place = line && /:(\d+):\d+\)?$/.exec(line.trim());
    return {
      ok: false,
      statements,
      error: String(source.message || error).split('\n')[0],
      code: source.code || null,
      sql: error.sql ? String(error.sql).slice(0, 400) : null,
      line: place ? Number(place[1]) : null,
    };
  } finally {
    await sequelize.close();
  }
}

async function unbound(command) {
  const loaded = await load(command.file);
  for (const one of [loaded, loaded.default, ...Object.values(loaded)]) {
    if (one && typeof one[command.direction] === 'function') return one[command.direction];
    if (typeof one === 'function' && one.prototype && one.prototype[command.direction]) return one.prototype[command.direction];
  }
  return () => {};
}

process.on('unhandledRejection', (error) => answer({ ok: false, statements: 0, error: String(error), unhandled: true }));

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    answer(await run(JSON.parse(line)));
  }
})();
