// Loads a folder of models with Sequelize itself, runs sync() against a database and prints what Sequelize knows.
//
//   node load.js FOLDER [--reverse] [--no-sync]
//
// The database is named by PGHOST, PGPORT, PGUSER and PGDATABASE. Standard output gets one JSON document:
// models with their attributes and associations, the statements of sync(), and the error that stopped it, if any.
'use strict';

require('reflect-metadata');
const fs = require('fs');
const path = require('path');
const { DataTypes, Model } = require('sequelize');
const typescript = require('sequelize-typescript');
const { describe } = require('./shared');

function sources(folder) {
  const found = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...sources(full));
    else if (/\.(ts|js)$/.test(entry.name) && !/\.d\.ts$|\.module\.ts$/.test(entry.name)) found.push(full);
  }
  return found.sort();
}

function connect() {
  const options = {
    dialect: 'postgres',
    host: process.env.PGHOST,
    port: Number(process.env.PGPORT),
    username: process.env.PGUSER,
    database: process.env.PGDATABASE,
    logging: (sql) => statements.push(sql),
    ...JSON.parse(process.env.SEQUELIZE_OPTIONS || '{}'),
  };
  return new typescript.Sequelize(options);
}

const statements = [];
const folder = path.resolve(process.argv[2]);
const reverse = process.argv.includes('--reverse');
const sequelize = connect();
// Fixtures that require their connection get this one.
global.connection = sequelize;

function isDecorated(value) {
  return typeof value === 'function' && value.prototype instanceof typescript.Model &&
    Reflect.hasOwnMetadata('sequelize:options', value.prototype) &&
    Reflect.hasOwnMetadata('sequelize:modelName', value.prototype);
}

function load() {
  const decorated = new Set();
  const defined = new Set();
  const setups = [];
  // An index is the project's own way to load its models when it is a function, and mere re-exports otherwise.
  const entry = path.join(folder, 'index.js');
  const files = sources(folder).filter((file) => !/\/index\.(ts|js)$/.test(file));
  const whole = fs.existsSync(entry) && typeof require(entry) === 'function';
  for (const file of whole ? [entry] : files) {
    const exported = require(file);
    const values = typeof exported === 'function' ? [exported] : Object.values(exported || {});
    for (const value of values) {
      if (isDecorated(value)) decorated.add(value);
      else if (typeof value === 'function' && value.prototype instanceof Model) defined.add(value);
      else if (typeof exported === 'function') {
        const made = exported(sequelize, DataTypes);
        if (whole) continue;
        if (made && made.prototype instanceof Model) defined.add(made);
      } else if (typeof value === 'function' && /associat/i.test(value.name)) setups.push(value);
    }
  }
  const models = [...decorated];
  sequelize.addModels(reverse ? models.reverse() : models);
  const order = [...defined].filter((model) => !decorated.has(model));
  for (const model of reverse ? order.reverse() : order) {
    if (model.associate) model.associate(sequelize.models);
  }
  for (const setup of setups) setup(sequelize);
}

async function main() {
  const result = { models: [], statements, error: null };
  try {
    load();
    result.models = sequelize.modelManager.models.map(describe);
    if (!process.argv.includes('--no-sync')) await sequelize.sync();
  } catch (error) {
    result.error = `${error.name}: ${error.message}`;
  }
  process.stdout.write(JSON.stringify(result));
  await sequelize.close();
}

main();
