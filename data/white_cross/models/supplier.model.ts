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
  tableName: 'suppliers',
  timestamps: true,
  underscored: false,
  comment: 'Suppliers of medications; kept apart from vendors.',
  indexes: [
    { fields: ['vendorId'] },
  ],
})
export class Supplier extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  name: string;

  @Column(DataType.STRING(200))
  contactName?: string;

  @Column(DataType.STRING)
  email?: string;

  @Column(DataType.STRING(20))
  phone?: string;

  @Column(DataType.INTEGER)
  leadTimeDays?: number;

  @ForeignKey(() => require('./vendor.model').Vendor)
  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  vendorId?: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;

  @BelongsTo(() => require('./vendor.model').Vendor, { foreignKey: 'vendorId', as: 'vendor' })
  vendor?: any;
}
