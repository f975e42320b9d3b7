import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface SystemConfigurationAttributes {
  id?: string;
  key: string;
  value: string;
  category: string;
  subCategory?: string;
  minValue?: number;
  maxValue?: number;
  validValues?: string[];
  tags?: string[];
  sortOrder: number;
}

@Table({
  tableName: 'system_configurations',
  timestamps: true,
  underscored: false,
})
export class SystemConfiguration extends Model<SystemConfigurationAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare key: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare value: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare category: string;

  @Column(DataType.STRING(50))
  declare subCategory?: string;

  @Column(DataType.FLOAT)
  declare minValue?: number;

  @Column(DataType.FLOAT)
  declare maxValue?: number;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare validValues?: string[];

  @Column(DataType.ARRAY(DataType.TEXT))
  declare tags?: string[];

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare sortOrder: number;
}
