const { DataTypes } = require('sequelize');

module.exports = (sequelize) =>
  sequelize.define('Card', {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    account_id: { type: DataTypes.INTEGER, allowNull: false },
    user_id: { type: DataTypes.INTEGER, allowNull: false },
    spending_profile_id: { type: DataTypes.INTEGER, allowNull: true },
    lithic_card_token: DataTypes.STRING,
    last_four: { type: DataTypes.STRING(4), allowNull: false },
    status: { type: DataTypes.STRING(50), allowNull: false, defaultValue: 'active' },
    spend_limit: DataTypes.DECIMAL(10, 2),
  }, {
    tableName: 'cards',
    underscored: true,
    comment: 'Payment cards; without a spending profile the limit of the card counts.',
    indexes: [{ fields: ['account_id'] }, { fields: ['user_id'] }, { fields: ['spending_profile_id'] }],
  });
