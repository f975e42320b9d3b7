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

export enum InventoryTransactionType {
  PURCHASE = 'PURCHASE',
  USAGE = 'USAGE',
  ADJUSTMENT = 'ADJUSTMENT',
  TRANSFER = 'TRANSFER',
  DISPOSAL = 'DISPOSAL',
}

@Table({
  tableName: 'inventory_transactions',
  timestamps: true,
  underscored: false,
  indexes: [
    { fields: ['inventoryItemId'] },
    { fields: ['performedById'] },
    { fields: ['purchaseOrderId'] },
  ],
})
export class InventoryTransaction extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./inventory-item.model').InventoryItem)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  inventoryItemId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(InventoryTransactionType) as string[])),
    allowNull: false,
  })
  type: InventoryTransactionType;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
  })
  quantity: number;

  @Column(DataType.DECIMAL(10, 2))
  unitCost?: number;

  @Column(DataType.STRING(500))
  reason?: string;

  @Column(DataType.STRING(100))
  batchNumber?: string;

  @Column(DataType.DATEONLY)
  expirationDate?: string;

  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  performedById: string;

  @ForeignKey(() => require('./purchase-order.model').PurchaseOrder)
  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  purchaseOrderId?: string;

  @BelongsTo(() => require('./inventory-item.model').InventoryItem)
  inventoryItem?: any;

  @BelongsTo(() => require('./purchase-order.model').PurchaseOrder, {
    foreignKey: 'purchaseOrderId',
    as: 'purchaseOrder',
  })
  purchaseOrder?: any;
}
