'use strict';

// Runs one migration as the command line of Sequelize does: node migrate.js FILE up|down

const path = require('node:path');
const { Sequelize } = require('sequelize');

async function main([file, direction]) {
  const sequelize = new Sequelize({
    dialect: 'postgres',
    host: process.env.PGHOST,
    port: Number(process.env.PGPORT),
    username: process.env.PGUSER,
    database: process.env.PGDATABASE,
    logging: false,
  });
  try {
    await require(path.resolve(file))[direction](sequelize.getQueryInterface(), Sequelize);
  } finally {
    await sequelize.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
