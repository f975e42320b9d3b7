'use strict';

/**
 * Indexes for the queries of the student list and of the medication round.
 */
const INDEXES = [
  ['idx_students_school', 'students', 'schoolId', 'isActive = true'],
  ['idx_students_district', 'students', 'districtId', 'isActive = true'],
  ['idx_medication_logs_administered', 'medication_logs', 'administeredAt', "status = 'ADMINISTERED'"],
];

module.exports = {
  up: async (queryInterface) => {
    for (const [name, table, column, condition] of INDEXES) {
      try {
        await queryInterface.sequelize.query(
          `CREATE INDEX IF NOT EXISTS ${name} ON ${table}(${column}) WHERE ${condition};`,
        );
      } catch (error) {
        console.warn(`${name} was not created: ${error.message}`);
      }
    }
  },

  down: async (queryInterface) => {
    for (const [name] of INDEXES) {
      await queryInterface.sequelize.query(`DROP INDEX IF EXISTS "${name}";`);
    }
  },
};
