import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum AuditLogAction {
  CREATE = 'CREATE',
  READ = 'READ',
  UPDATE = 'UPDATE',
  DELETE = 'DELETE',
  EXPORT = 'EXPORT',
  LOGIN = 'LOGIN',
  LOGOUT = 'LOGOUT',
  PRINT = 'PRINT',
}

export enum AuditLogComplianceType {
  HIPAA = 'HIPAA',
  FERPA = 'FERPA',
  GDPR = 'GDPR',
  GENERAL = 'GENERAL',
}

export enum AuditLogSeverity {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export interface AuditLogAttributes {
  id?: string;
  userId?: string;
  userName?: string;
  action: string;
  entityType: string;
  entityId?: string;
  description?: string;
  changes?: Record<string, any>;
  previousValues?: Record<string, any>;
  newValues?: Record<string, any>;
  ipAddress?: string;
  userAgent?: string;
  sessionId?: string;
  requestId?: string;
  isPHI: boolean;
  complianceType: string;
  severity: string;
  success: boolean;
  errorMessage?: string;
}

@Table({
  tableName: 'audit_logs',
  timestamps: true,
  underscored: false,
  comment: 'Every access to and change of protected data; append-only.',
  indexes: [
    { fields: ['ipAddress'] },
    { fields: ['requestId'] },
    { fields: ['sessionId'] },
  ],
})
export class AuditLog extends Model<AuditLogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.UUID, allowNull: true })
  declare userId?: string;

  @Column(DataType.STRING(200))
  declare userName?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AuditLogAction) as string[])),
    allowNull: false,
  })
  declare action: AuditLogAction;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare entityType: string;

  @Column({ type: DataType.UUID, allowNull: true })
  declare entityId?: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column(DataType.JSONB)
  declare changes?: Record<string, any>;

  @Column(DataType.JSONB)
  declare previousValues?: Record<string, any>;

  @Column(DataType.JSONB)
  declare newValues?: Record<string, any>;

  @Column(DataType.STRING(45))
  declare ipAddress?: string;

  @Column(DataType.TEXT)
  declare userAgent?: string;

  @Column({ type: DataType.TEXT, allowNull: true })
  declare sessionId?: string;

  @Column({ type: DataType.STRING(64), allowNull: true })
  declare requestId?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isPHI: boolean;

  @Column({
    type: DataType.ENUM(...(Object.values(AuditLogComplianceType) as string[])),
    allowNull: false,
    defaultValue: AuditLogComplianceType.GENERAL,
  })
  declare complianceType: AuditLogComplianceType;

  @Column({
    type: DataType.ENUM(...(Object.values(AuditLogSeverity) as string[])),
    allowNull: false,
    defaultValue: AuditLogSeverity.LOW,
  })
  declare severity: AuditLogSeverity;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare success: boolean;

  @Column(DataType.TEXT)
  declare errorMessage?: string;
}
