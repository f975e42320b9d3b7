const { DataTypes } = require('sequelize');

module.exports = (sequelize) =>
  sequelize.define('SpendingProfile', {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    account_id: { type: DataTypes.INTEGER, allowNull: false },
    name: { type: DataTypes.STRING, allowNull: false },
    daily_limit: DataTypes.DECIMAL(10, 2),
    monthly_limit: DataTypes.DECIMAL(10, 2),
    allowed_categories: DataTypes.ARRAY(DataTypes.TEXT),
  }, {
    tableName: 'spending_profiles',
    underscored: true,
    comment: 'Limits that several cards of an account can share.',
    indexes: [{ fields: ['account_id'] }],
  });
