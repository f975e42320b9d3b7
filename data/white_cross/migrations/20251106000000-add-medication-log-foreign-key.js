'use strict';

/**
 * Let the database enforce that a dose names a medication that exists, and index the key.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.addConstraint('medication_logs', {
      fields: ['medicationId'],
      type: 'foreign key',
      name: 'medication_logs_medication_fk',
      references: { table: 'medications', field: 'id' },
      onDelete: 'RESTRICT',
      onUpdate: 'CASCADE',
    });
    await queryInterface.addIndex('medication_logs', ['medicationId'], {
      name: 'idx_medication_logs_medication_fk',
    });
  },

  async down(queryInterface) {
    await queryInterface.removeIndex('medication_logs', 'idx_medication_logs_medication_fk');
    await queryInterface.removeConstraint('medication_logs', 'medication_logs_medication_fk');
  },
};
