module.exports = (sequelize) => {
  const Account = require('./account')(sequelize);
  const User = require('./user')(sequelize);
  const Card = require('./card')(sequelize);
  const SpendingProfile = require('./spending-profile')(sequelize);

  Account.hasMany(User, { foreignKey: 'account_id' });
  User.belongsTo(Account, { foreignKey: 'account_id' });

  Account.hasMany(Card, { foreignKey: 'account_id' });
  Card.belongsTo(Account, { foreignKey: 'account_id' });

  User.hasMany(Card, { foreignKey: 'user_id' });
  Card.belongsTo(User, { foreignKey: 'user_id' });

  SpendingProfile.hasMany(Card, { foreignKey: 'spending_profile_id' });
  Card.belongsTo(SpendingProfile, { foreignKey: 'spending_profile_id' });

  Account.hasMany(SpendingProfile, { foreignKey: 'account_id' });
  SpendingProfile.belongsTo(Account, { foreignKey: 'account_id' });

  return { Account, User, Card, SpendingProfile };
};
