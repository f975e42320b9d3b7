'use strict';

/**
 * Add multi-factor authentication and OAuth to users.
 */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addColumn('users', 'mfaEnabled', { type: Sequelize.BOOLEAN, allowNull: false });
    await queryInterface.addColumn('users', 'mfaSecret', { type: Sequelize.STRING, allowNull: true });
    await queryInterface.addColumn('users', 'mfaBackupCodes', { type: Sequelize.ARRAY(Sequelize.TEXT) });
    await queryInterface.addColumn('users', 'oauthProvider', { type: Sequelize.STRING(50), allowNull: true });
    await queryInterface.addColumn('users', 'oauthProviderId', { type: Sequelize.STRING, allowNull: true });
  },

  async down(queryInterface) {
    await queryInterface.removeColumn('users', 'oauthProviderId');
    await queryInterface.removeColumn('users', 'oauthProvider');
    await queryInterface.removeColumn('users', 'mfaSecret');
    await queryInterface.removeColumn('users', 'mfaEnabled');
  },
};
