import { QueryInterface } from 'sequelize';

// Counselors get a role of their own.
export async function up(queryInterface: QueryInterface): Promise<void> {
  await queryInterface.sequelize.transaction(async (transaction) => {
    await queryInterface.sequelize.query(`ALTER TYPE "enum_users_role" ADD VALUE IF NOT EXISTS 'COUNSELOR'`, {
      transaction,
    });
    await queryInterface.sequelize.query(
      `UPDATE "users" SET "role" = 'COUNSELOR' WHERE "email" LIKE 'counselor%'`,
      { transaction },
    );
  });
}

export async function down(_queryInterface: QueryInterface): Promise<void> {
  throw new Error('PostgreSQL cannot remove a value from an enum type');
}
