import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum SystemConfigCategory {
  GENERAL = 'GENERAL',
  SECURITY = 'SECURITY',
  NOTIFICATION = 'NOTIFICATION',
  INTEGRATION = 'INTEGRATION',
  HEALTHCARE = 'HEALTHCARE',
  PERFORMANCE = 'PERFORMANCE',
}

export enum SystemConfigValueType {
  STRING = 'STRING',
  NUMBER = 'NUMBER',
  BOOLEAN = 'BOOLEAN',
  JSON = 'JSON',
  ARRAY = 'ARRAY',
  DATE = 'DATE',
}

export enum SystemConfigScope {
  SYSTEM = 'SYSTEM',
  DISTRICT = 'DISTRICT',
  SCHOOL = 'SCHOOL',
  USER = 'USER',
}

export interface SystemConfigAttributes {
  id?: string;
  key: string;
  value: string;
  category: string;
  valueType: string;
  description?: string;
  isPublic: boolean;
  isEditable: boolean;
  requiresRestart: boolean;
  scope: string;
}

@Table({
  tableName: 'system_config',
  timestamps: true,
  underscored: false,
  comment: 'Settings of the platform.',
})
export class SystemConfig extends Model<SystemConfigAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false, unique: true })
  declare key: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare value: string;

  @Column({
    type: DataType.ENUM(...(Object.values(SystemConfigCategory) as string[])),
    allowNull: false,
  })
  declare category: SystemConfigCategory;

  @Column({
    type: DataType.ENUM(...(Object.values(SystemConfigValueType) as string[])),
    allowNull: false,
    defaultValue: SystemConfigValueType.STRING,
  })
  declare valueType: SystemConfigValueType;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isPublic: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isEditable: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare requiresRestart: boolean;

  @Column({
    type: DataType.ENUM(...(Object.values(SystemConfigScope) as string[])),
    allowNull: false,
    defaultValue: SystemConfigScope.SYSTEM,
  })
  declare scope: SystemConfigScope;
}
