'use strict';

/**
 * Create the base schema: districts, schools, users, students, medications and their administration log.
 */
module.exports = {
  async up(queryInterface, Sequelize) {
    const transaction = await queryInterface.sequelize.transaction();

    try {
      await queryInterface.createTable(
        'districts',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          name: { type: Sequelize.STRING(200), allowNull: false },
          code: { type: Sequelize.STRING(50), allowNull: false, unique: true },
          state: { type: Sequelize.STRING(2), allowNull: true },
          address: { type: Sequelize.TEXT, allowNull: true },
          city: { type: Sequelize.STRING(100), allowNull: true },
          zipCode: { type: Sequelize.STRING(10), allowNull: true },
          phone: { type: Sequelize.STRING(20), allowNull: true },
          email: { type: Sequelize.STRING, allowNull: true },
          isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await queryInterface.createTable(
        'schools',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          name: { type: Sequelize.STRING(200), allowNull: false },
          code: { type: Sequelize.STRING(50), allowNull: false, unique: true },
          districtId: {
            type: Sequelize.UUID,
            allowNull: false,
            references: { model: 'districts', key: 'id' },
            onDelete: 'CASCADE',
            onUpdate: 'CASCADE',
          },
          address: { type: Sequelize.TEXT, allowNull: true },
          city: { type: Sequelize.STRING(100), allowNull: true },
          state: { type: Sequelize.STRING(2), allowNull: true },
          zipCode: { type: Sequelize.STRING(10), allowNull: true },
          phone: { type: Sequelize.STRING(20), allowNull: true },
          email: { type: Sequelize.STRING, allowNull: true },
          principal: { type: Sequelize.STRING(200), allowNull: true },
          totalEnrollment: { type: Sequelize.INTEGER, allowNull: true },
          isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await queryInterface.createTable(
        'users',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          email: { type: Sequelize.STRING, allowNull: false, unique: true },
          password: { type: Sequelize.STRING, allowNull: false },
          firstName: { type: Sequelize.STRING(100), allowNull: false },
          lastName: { type: Sequelize.STRING(100), allowNull: false },
          role: {
            type: Sequelize.ENUM('ADMIN', 'NURSE', 'SCHOOL_ADMIN', 'DISTRICT_ADMIN', 'VIEWER'),
            allowNull: false,
            defaultValue: 'NURSE',
          },
          isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
          lastLogin: { type: Sequelize.DATE, allowNull: true },
          lastSeenAt: { type: Sequelize.DATE, allowNull: true },
          schoolId: { type: Sequelize.UUID, allowNull: true },
          districtId: { type: Sequelize.UUID, allowNull: true },
          phone: { type: Sequelize.STRING(20), allowNull: true },
          emailVerified: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false },
          emailVerificationToken: { type: Sequelize.STRING, allowNull: true },
          emailVerificationExpires: { type: Sequelize.DATE, allowNull: true },
          passwordResetToken: { type: Sequelize.STRING, allowNull: true },
          passwordResetExpires: { type: Sequelize.DATE, allowNull: true },
          passwordChangedAt: { type: Sequelize.DATE, allowNull: true },
          twoFactorEnabled: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false },
          twoFactorSecret: { type: Sequelize.STRING, allowNull: true },
          failedLoginAttempts: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 },
          lockoutUntil: { type: Sequelize.DATE, allowNull: true },
          lastPasswordChange: { type: Sequelize.DATE, allowNull: true },
          mustChangePassword: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false },
          notificationPreferences: { type: Sequelize.JSONB, allowNull: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await queryInterface.createTable(
        'students',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          studentNumber: { type: Sequelize.STRING(50), allowNull: false, unique: true },
          firstName: { type: Sequelize.STRING(100), allowNull: false },
          lastName: { type: Sequelize.STRING(100), allowNull: false },
          dateOfBirth: { type: Sequelize.DATEONLY, allowNull: false },
          grade: { type: Sequelize.STRING(10), allowNull: false },
          gender: { type: Sequelize.ENUM('MALE', 'FEMALE', 'OTHER', 'PREFER_NOT_TO_SAY'), allowNull: false },
          photo: { type: Sequelize.STRING(500), allowNull: true },
          medicalRecordNum: { type: Sequelize.STRING(50), allowNull: true, unique: true },
          ssn: { type: Sequelize.STRING(11), allowNull: true },
          isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
          enrollmentDate: { type: Sequelize.DATEONLY, allowNull: false },
          nurseId: {
            type: Sequelize.UUID,
            allowNull: true,
            references: { model: 'users', key: 'id' },
            onDelete: 'SET NULL',
            onUpdate: 'CASCADE',
          },
          schoolId: {
            type: Sequelize.UUID,
            allowNull: true,
            references: { model: 'schools', key: 'id' },
            onDelete: 'SET NULL',
            onUpdate: 'CASCADE',
          },
          districtId: {
            type: Sequelize.UUID,
            allowNull: true,
            references: { model: 'districts', key: 'id' },
            onDelete: 'SET NULL',
            onUpdate: 'CASCADE',
          },
          legacyCode: { type: Sequelize.STRING(20), allowNull: true },
          metadata: { type: Sequelize.JSONB, allowNull: true },
          createdBy: { type: Sequelize.UUID, allowNull: true },
          updatedBy: { type: Sequelize.UUID, allowNull: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await queryInterface.createTable(
        'medications',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          name: { type: Sequelize.STRING(200), allowNull: false },
          genericName: { type: Sequelize.STRING(200), allowNull: true },
          brandName: { type: Sequelize.STRING(200), allowNull: true },
          dosageForm: { type: Sequelize.STRING(50), allowNull: false },
          strength: { type: Sequelize.STRING(50), allowNull: false },
          category: { type: Sequelize.STRING(100), allowNull: true },
          manufacturer: { type: Sequelize.STRING(200), allowNull: true },
          ndc: { type: Sequelize.STRING(20), allowNull: true, unique: true },
          isControlled: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false },
          deaSchedule: { type: Sequelize.ENUM('I', 'II', 'III', 'IV', 'V'), allowNull: true },
          requiresWitness: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: false },
          isActive: { type: Sequelize.BOOLEAN, allowNull: false, defaultValue: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await queryInterface.createTable(
        'medication_logs',
        {
          id: { type: Sequelize.UUID, primaryKey: true, allowNull: false },
          studentId: {
            type: Sequelize.UUID,
            allowNull: false,
            references: { model: 'students', key: 'id' },
            onUpdate: 'CASCADE',
          },
          medicationId: { type: Sequelize.UUID, allowNull: false },
          studentMedicationId: { type: Sequelize.UUID, allowNull: true },
          dosage: { type: Sequelize.DECIMAL(10, 2), allowNull: false },
          dosageUnit: { type: Sequelize.STRING(20), allowNull: false },
          scheduledAt: { type: Sequelize.DATE, allowNull: true },
          administeredAt: { type: Sequelize.DATE, allowNull: false },
          administeredBy: { type: Sequelize.UUID, allowNull: true },
          witnessId: { type: Sequelize.UUID, allowNull: true },
          status: { type: Sequelize.STRING(50), allowNull: true, defaultValue: 'ADMINISTERED' },
          sideEffects: { type: Sequelize.TEXT, allowNull: true },
          deviceId: { type: Sequelize.STRING(36), allowNull: true },
          legacyBatchId: { type: Sequelize.STRING(20), allowNull: true },
          notes: { type: Sequelize.TEXT, allowNull: true },
          createdAt: { type: Sequelize.DATE, allowNull: false },
          updatedAt: { type: Sequelize.DATE, allowNull: false },
        },
        { transaction },
      );

      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },

  async down(queryInterface) {
    const transaction = await queryInterface.sequelize.transaction();

    try {
      await queryInterface.dropTable('medication_logs', { transaction });
      await queryInterface.dropTable('medications', { transaction });
      await queryInterface.dropTable('students', { transaction });
      await queryInterface.dropTable('users', { transaction });
      await queryInterface.dropTable('schools', { transaction });
      await queryInterface.dropTable('districts', { transaction });

      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },
};
