'use strict';

/**
 * Full-text search over people and medications.
 */
const SEARCHED = {
  students: ['firstName', 'lastName', 'studentNumber'],
  users: ['firstName', 'lastName', 'email'],
  medications: ['name', 'genericName'],
};

const documentOf = (columns) => columns.map((column) => `coalesce("${column}", '')`).join(` || ' ' || `);

module.exports = {
  async up(queryInterface) {
    const transaction = await queryInterface.sequelize.transaction();

    try {
      for (const [table, columns] of Object.entries(SEARCHED)) {
        await queryInterface.sequelize.query(
          `CREATE INDEX IF NOT EXISTS "idx_${table}_search" ON "${table}"
             USING gin (to_tsvector('english', ${documentOf(columns)}));`,
          { transaction },
        );
        await queryInterface.sequelize.query(`ANALYZE "${table}";`, { transaction });
      }
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },

  async down(queryInterface) {
    for (const table of Object.keys(SEARCHED)) {
      await queryInterface.sequelize.query(`DROP INDEX IF EXISTS "idx_${table}_search";`);
    }
  },
};
