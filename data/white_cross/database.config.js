// Settings of sequelize-cli: what the migrations run with.
require('dotenv').config();

const common = {
  dialect: 'postgres',
  use_env_variable: 'DATABASE_URL',
  migrationStorageTableName: 'sequelize_meta',
  define: {
    timestamps: true,
    underscored: true,
  },
};

module.exports = {
  development: { ...common, logging: console.log },
  test: { ...common, logging: false },
  production: { ...common, logging: false, dialectOptions: { ssl: { require: true, rejectUnauthorized: true } } },
};
