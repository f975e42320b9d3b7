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
  tableName: 'inventory_items',
  timestamps: true,
  underscored: false,
  indexes: [
    { fields: ['preferredVendorId'] },
  ],
})
export class InventoryItem extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  name: string;

  @Column({
    type: DataType.STRING(100),
    allowNull: false,
  })
  category: string;

  @Column(DataType.TEXT)
  description?: string;

  @Column({
    type: DataType.STRING(50),
    unique: true,
  })
  sku?: string;

  @Column(DataType.STRING(200))
  supplier?: string;

  @ForeignKey(() => require('./vendor.model').Vendor)
  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  preferredVendorId?: string;

  @Column(DataType.FLOAT)
  unitCost?: number;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 0,
  })
  quantityOnHand: number;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 10,
  })
  reorderLevel: number;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 50,
  })
  reorderQuantity: number;

  @Column(DataType.STRING(200))
  location?: string;

  @Column(DataType.DATE)
  lastCountedAt?: Date;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;

  @Column(DataType.TEXT)
  notes?: string;

  @Column(DataType.DATE)
  createdAt: Date;

  @Column(DataType.DATE)
  updatedAt: Date;

  @BelongsTo(() => require('./vendor.model').Vendor, {
    foreignKey: 'preferredVendorId',
    as: 'preferredVendor',
  })
  preferredVendor?: any;

  @HasMany(() => require('./inventory-transaction.model').InventoryTransaction)
  transactions?: any[];

  @HasMany(() => require('./maintenance-log.model').MaintenanceLog)
  maintenanceLogs?: any[];

  @HasMany(() => require('./purchase-order-item.model').PurchaseOrderItem)
  purchaseOrderItems?: any[];
}
