// Loads a project by its own entry, runs sync() against a database and prints what Sequelize knows.
//
//   node project.js ENTRY
//   node project.js --compile FOLDER OUT
//
// Whatever connection the project asks for, it gets the database that PGHOST, PGPORT, PGUSER and PGDATABASE name.
// With --compile it writes the TypeScript of a folder as CommonJS instead.
'use strict';

require('reflect-metadata');
const fs = require('fs');
const Module = require('module');
const path = require('path');
const { Sequelize: Original } = require('sequelize');
const { compile, describe } = require('./shared');

const connections = [];
const statements = [];

class Sequelize extends Original {
  constructor(...given) {
    const options = given.reverse().find((one) => one && typeof one === 'object') || {};
    super({
      ...options,
      dialect: 'postgres',
      host: process.env.PGHOST,
      port: Number(process.env.PGPORT),
      username: process.env.PGUSER,
      database: process.env.PGDATABASE,
      replication: false,
      logging: (sql) => statements.push(sql),
    });
    connections.push(this);
  }
}
for (const name of Object.getOwnPropertyNames(Original)) {
  if (!['length', 'name', 'prototype'].includes(name)) {
    Object.defineProperty(Sequelize, name, { value: Original[name], writable: true, configurable: true, enumerable: true });
  }
}
Sequelize.Sequelize = Sequelize;
Sequelize.default = Sequelize;
require.cache[require.resolve('sequelize')].exports = Sequelize;

// Modules of TypeScript are asked for by the names that they will have when they are compiled.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const alias = request === '@enums' ? path.join(path.dirname(entry), 'src/enums/index.ts') : request;
  try {
    return resolve.call(this, alias, parent, ...rest);
  } catch (error) {
    const source = path.resolve(path.dirname(parent.filename), alias.replace(/\.js$/, '.ts'));
    if (fs.existsSync(source)) return source;
    throw error;
  }
};

function compileFolder(folder, out) {
  for (const item of fs.readdirSync(folder, { withFileTypes: true })) {
    const from = path.join(folder, item.name);
    const to = path.join(out, item.name.replace(/\.ts$/, '.js'));
    if (item.isDirectory()) compileFolder(from, to);
    else if (item.name.endsWith('.ts')) {
      fs.mkdirSync(out, { recursive: true });
      fs.writeFileSync(to, compile(from));
    }
  }
}

async function main() {
  const result = { models: [], statements, error: null };
  try {
    await require(entry);
    const using = connections.filter((one) => one.modelManager.models.length);
    result.models = using.flatMap((one) => one.modelManager.models.map(describe));
    for (const one of using) {
      for (const schema of new Set(result.models.map((model) => model.schema))) {
        await one.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      }
      await one.sync();
      await one.close();
    }
  } catch (error) {
    result.error = `${error.name}: ${error.message}`;
  }
  process.stdout.write(JSON.stringify(result));
}

const [first, ...others] = process.argv.slice(2);
const entry = path.resolve(first === '--compile' ? '.' : first);
if (first === '--compile') compileFolder(...others);
else main();
