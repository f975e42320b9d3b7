import {
  Column,
  DataType,
  Default,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface DistrictAttributes {
  id?: string;
  name: string;
  code: string;
  state?: string;
  address?: string;
  city?: string;
  zipCode?: string;
  phone?: string;
  email?: string;
  isActive: boolean;
}

@Table({
  tableName: 'districts',
  timestamps: true,
  underscored: false,
  comment: 'School districts: the tenants of the platform.',
})
export class District extends Model<DistrictAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare name: string;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare code: string;

  @Column(DataType.STRING(2))
  declare state?: string;

  @Column(DataType.TEXT)
  declare address?: string;

  @Column(DataType.STRING(100))
  declare city?: string;

  @Column(DataType.STRING(10))
  declare zipCode?: string;

  @Column(DataType.STRING(20))
  declare phone?: string;

  @Column(DataType.STRING)
  declare email?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @HasMany(() => require('./school.model').School, { foreignKey: 'districtId', as: 'schools' })
  declare schools?: any[];

  @HasMany(() => require('./license.model').License, { foreignKey: 'districtId', as: 'licenses' })
  declare licenses?: any[];
}
