import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

@Table({
  tableName: 'budget_categories',
  timestamps: true,
  underscored: false,
  comment: 'Budget of one category and fiscal year.',
  indexes: [
    { fields: ['parentCategoryId'] },
  ],
})
export class BudgetCategory extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  name: string;

  @Column(DataType.TEXT)
  description?: string;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
  })
  fiscalYear: number;

  @ForeignKey(() => require('./budget-category.model').BudgetCategory)
  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  parentCategoryId?: string;

  @Column({
    type: DataType.DECIMAL(12, 2),
    allowNull: false,
  })
  allocatedAmount: number;

  @Column({
    type: DataType.DECIMAL(12, 2),
    allowNull: false,
    defaultValue: 0,
  })
  spentAmount: number;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;

  @BelongsTo(() => require('./budget-category.model').BudgetCategory, {
    foreignKey: 'parentCategoryId',
    as: 'parentCategory',
  })
  parentCategory?: any;

  @HasMany(() => require('./budget-transaction.model').BudgetTransaction, {
    foreignKey: 'categoryId',
    as: 'transactions',
  })
  transactions?: any[];
}
