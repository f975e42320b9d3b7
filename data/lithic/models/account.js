const { DataTypes } = require('sequelize');

module.exports = (sequelize) =>
  sequelize.define('Account', {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.STRING, allowNull: false },
    lithic_account_token: DataTypes.STRING,
    status: { type: DataTypes.STRING(50), allowNull: false, defaultValue: 'active' },
  }, { tableName: 'accounts', underscored: true, comment: 'Companies: the tenants.' });
