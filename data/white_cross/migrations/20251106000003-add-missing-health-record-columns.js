'use strict';

/**
 * Make room for longer grades, and note the provider of a health record.
 */
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.changeColumn('students', 'grade', { type: Sequelize.STRING(20) });
    await queryInterface.addColumn('health_records', 'providerNpi', { type: Sequelize.STRING(20) });
  },

  async down(queryInterface, Sequelize) {
    await queryInterface.removeColumn('health_records', 'providerNpi');
    await queryInterface.changeColumn('students', 'grade', { type: Sequelize.STRING(10), allowNull: false });
  },
};
