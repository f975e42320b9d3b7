'use strict';

/**
 * Add soft delete to the tables whose models became paranoid.
 */
const TABLES = ['students', 'medication_logs'];

module.exports = {
  async up(queryInterface) {
    const transaction = await queryInterface.sequelize.transaction();

    try {
      for (const table of TABLES) {
        await queryInterface.sequelize.query(
          `ALTER TABLE "${table}" ADD COLUMN IF NOT EXISTS "deletedAt" TIMESTAMP WITH TIME ZONE;`,
          { transaction },
        );
        await queryInterface.sequelize.query(
          `CREATE INDEX IF NOT EXISTS "idx_${table}_deleted_at" ON "${table}" ("deletedAt");`,
          { transaction },
        );
      }

      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },

  async down(queryInterface) {
    for (const table of TABLES) {
      await queryInterface.sequelize.query(`ALTER TABLE "${table}" DROP COLUMN IF EXISTS "deletedAt";`);
    }
  },
};
