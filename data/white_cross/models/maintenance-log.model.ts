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

export enum MaintenanceLogType {
  ROUTINE = 'ROUTINE',
  REPAIR = 'REPAIR',
  CALIBRATION = 'CALIBRATION',
  INSPECTION = 'INSPECTION',
  CLEANING = 'CLEANING',
}

@Table({
  tableName: 'maintenance_logs',
  timestamps: true,
  underscored: false,
  comment: 'Maintenance of devices in the inventory.',
  indexes: [
    { fields: ['inventoryItemId'] },
    { fields: ['performedById'] },
  ],
})
export class MaintenanceLog extends Model {
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
    type: DataType.ENUM(...(Object.values(MaintenanceLogType) as string[])),
    allowNull: false,
  })
  type: MaintenanceLogType;

  @Column({
    type: DataType.TEXT,
    allowNull: false,
  })
  description: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  performedById: string;

  @Column(DataType.DECIMAL(10, 2))
  cost?: number;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  performedAt: Date;

  @Column(DataType.DATEONLY)
  nextMaintenanceDate?: string;

  @Column(DataType.STRING(200))
  vendor?: string;

  @Column(DataType.DATE)
  createdAt: Date;

  @Column(DataType.DATE)
  updatedAt: Date;

  @BelongsTo(() => require('./inventory-item.model').InventoryItem)
  inventoryItem?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'performedById',
    as: 'performedBy',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  performedBy?: any;
}
