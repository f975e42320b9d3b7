import { BadRequestException, Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { BudgetCategory } from '../../models/budget-category.model';
import { BudgetTransaction } from '../../models/budget-transaction.model';

@Injectable()
export class BudgetService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(BudgetCategory) private readonly categoryModel: typeof BudgetCategory,
    @InjectModel(BudgetTransaction) private readonly transactionModel: typeof BudgetTransaction,
  ) {}

  /** Reads, books and updates within one transaction. */
  async spend(categoryId: string, amount: number, description: string): Promise<BudgetTransaction> {
    return this.sequelize.transaction(async (transaction) => {
      const category = await this.categoryModel.findByPk(categoryId, { transaction, lock: true });
      if (!category || category.spentAmount + amount > category.allocatedAmount) {
        throw new BadRequestException('Transaction would exceed budget');
      }
      const booked = await this.transactionModel.create({ categoryId, amount, description }, { transaction });
      await category.update({ spentAmount: category.spentAmount + amount }, { transaction });
      return booked;
    });
  }
}
