import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize, Transaction } from 'sequelize';

@Injectable()
export class SequelizeUnitOfWorkService {
  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  async executeInTransaction<T>(operation: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.sequelize.transaction(
      { isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED },
      async (transaction) => operation(transaction),
    );
  }
}
