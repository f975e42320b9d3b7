import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum DataRetentionPolicyStatus {
  ACTIVE = 'ACTIVE',
  INACTIVE = 'INACTIVE',
}

export interface DataRetentionPolicyAttributes {
  id?: string;
  category: string;
  description: string;
  retentionPeriodDays: number;
  legalBasis: string;
  status: string;
  autoDelete: boolean;
  lastReviewed?: Date;
}

@Table({
  tableName: 'data_retention_policies',
  timestamps: true,
  underscored: false,
  comment: 'How long each kind of data is kept.',
})
export class DataRetentionPolicy extends Model<DataRetentionPolicyAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false, unique: true })
  declare category: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare description: string;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare retentionPeriodDays: number;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare legalBasis: string;

  @Column({
    type: DataType.ENUM(...(Object.values(DataRetentionPolicyStatus) as string[])),
    allowNull: false,
    defaultValue: DataRetentionPolicyStatus.ACTIVE,
  })
  declare status: DataRetentionPolicyStatus;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare autoDelete: boolean;

  @Column(DataType.DATE)
  declare lastReviewed?: Date;
}
