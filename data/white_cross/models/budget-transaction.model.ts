import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

@Table({
  tableName: 'budget_transactions',
  timestamps: true,
  underscored: false,
  comment: 'Money spent from a budget.',
  indexes: [
    { fields: ['categoryId'] },
    { fields: ['createdById'] },
  ],
})
export class BudgetTransaction extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./budget-category.model').BudgetCategory)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  categoryId: string;

  @Column({
    type: DataType.FLOAT,
    allowNull: false,
  })
  amount: number;

  @Column({
    type: DataType.STRING(500),
    allowNull: false,
  })
  description: string;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  transactionDate: Date;

  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  referenceId?: string;

  @Column(DataType.STRING(50))
  referenceType?: string;

  @Column(DataType.TEXT)
  notes?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  createdById?: string;

  @BelongsTo(() => require('./budget-category.model').BudgetCategory, {
    foreignKey: 'categoryId',
    as: 'category',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  category?: any;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  createdBy?: any;
}
