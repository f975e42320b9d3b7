import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum IntegrationConfigType {
  SIS = 'SIS',
  EHR = 'EHR',
  PHARMACY = 'PHARMACY',
  LABORATORY = 'LABORATORY',
  INSURANCE = 'INSURANCE',
  PARENT_PORTAL = 'PARENT_PORTAL',
}

export enum IntegrationConfigStatus {
  ACTIVE = 'ACTIVE',
  INACTIVE = 'INACTIVE',
  ERROR = 'ERROR',
  TESTING = 'TESTING',
}

export interface IntegrationConfigAttributes {
  id?: string;
  name: string;
  type: string;
  status: string;
  endpoint?: string;
  apiKey?: string;
  username?: string;
  password?: string;
  settings?: Record<string, any>;
  isActive: boolean;
  lastSyncAt?: Date;
}

@Table({
  tableName: 'integration_configs',
  timestamps: true,
  underscored: false,
  comment: 'Connections to other systems.',
})
export class IntegrationConfig extends Model<IntegrationConfigAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false, unique: true })
  declare name: string;

  @Column({
    type: DataType.ENUM(...(Object.values(IntegrationConfigType) as string[])),
    allowNull: false,
  })
  declare type: IntegrationConfigType;

  @Column({
    type: DataType.ENUM(...(Object.values(IntegrationConfigStatus) as string[])),
    allowNull: false,
    defaultValue: IntegrationConfigStatus.INACTIVE,
  })
  declare status: IntegrationConfigStatus;

  @Column(DataType.STRING(500))
  declare endpoint?: string;

  @Column(DataType.STRING)
  declare apiKey?: string;

  @Column(DataType.STRING(100))
  declare username?: string;

  @Column(DataType.STRING)
  declare password?: string;

  @Column(DataType.JSONB)
  declare settings?: Record<string, any>;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column(DataType.DATE)
  declare lastSyncAt?: Date;
}
