'use strict';

/**
 * Indexes for account lockout, brute-force detection and unverified accounts.
 */
const INDEXES = {
  idx_users_failed_login_attempts: ['failedLoginAttempts'],
  idx_users_lockout_until: ['lockoutUntil'],
  idx_users_email_verified: ['emailVerified', 'createdAt'],
};

module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.transaction(async (transaction) => {
      for (const [name, fields] of Object.entries(INDEXES)) {
        await queryInterface.addIndex('users', fields, { name, concurrently: true, transaction });
      }
    });
  },

  async down(queryInterface) {
    await Promise.all(Object.keys(INDEXES).map((name) => queryInterface.removeIndex('users', name)));
  },
};
