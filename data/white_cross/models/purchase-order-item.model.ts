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
  tableName: 'purchase_order_items',
  timestamps: false,
  underscored: false,
  indexes: [
    { fields: ['inventoryItemId'] },
    { fields: ['purchaseOrderId'] },
  ],
})
export class PurchaseOrderItem extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./purchase-order.model').PurchaseOrder)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  purchaseOrderId: string;

  @ForeignKey(() => require('./inventory-item.model').InventoryItem)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  inventoryItemId: string;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
  })
  quantity: number;

  @Column({
    type: DataType.FLOAT,
    allowNull: false,
  })
  unitCost: number;

  @Column({
    type: DataType.FLOAT,
    allowNull: false,
  })
  totalCost: number;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 0,
  })
  receivedQty: number;

  @Column(DataType.TEXT)
  notes?: string;

  @Column(DataType.DATE)
  createdAt: Date;

  @BelongsTo(() => require('./inventory-item.model').InventoryItem)
  inventoryItem?: any;

  @BelongsTo(() => require('./purchase-order.model').PurchaseOrder)
  purchaseOrder?: any;
}
