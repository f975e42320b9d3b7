import {
  Column,
  DataType,
  Default,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

@Table({
  tableName: 'vendors',
  timestamps: true,
  underscored: false,
})
export class Vendor extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
    unique: true,
  })
  name: string;

  @Column(DataType.STRING(200))
  contactName?: string;

  @Column(DataType.STRING)
  email?: string;

  @Column(DataType.STRING(20))
  phone?: string;

  @Column(DataType.TEXT)
  address?: string;

  @Column({
    type: DataType.STRING(50),
    allowNull: true,
  })
  taxId?: string;

  @Column(DataType.STRING(50))
  paymentTerms?: string;

  @Column(DataType.INTEGER)
  rating?: number;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;

  @Column(DataType.DATE)
  createdAt: Date;

  @Column(DataType.DATE)
  updatedAt: Date;

  @HasMany(() => require('./purchase-order.model').PurchaseOrder)
  purchaseOrders?: any[];
}
