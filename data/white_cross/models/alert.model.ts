import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum AlertSeverity {
  INFO = 'INFO',
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export enum AlertStatus {
  ACTIVE = 'ACTIVE',
  ACKNOWLEDGED = 'ACKNOWLEDGED',
  RESOLVED = 'RESOLVED',
  EXPIRED = 'EXPIRED',
}

export interface AlertAttributes {
  id?: string;
  definitionId?: string;
  alertType: string;
  severity: string;
  status: string;
  title: string;
  message: string;
  studentId?: string;
  userId?: string;
  schoolId?: string;
  metadata?: Record<string, any>;
  acknowledgedAt?: Date;
  acknowledgedBy?: string;
  resolvedAt?: Date;
  expiresAt?: Date;
}

@Table({
  tableName: 'alerts',
  timestamps: true,
  underscored: false,
  comment: 'Alerts shown to staff.',
})
export class Alert extends Model<AlertAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./alert-rule.model').AlertRule)
  @Column({ type: DataType.UUID, allowNull: true })
  declare definitionId?: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare alertType: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AlertSeverity) as string[])),
    allowNull: false,
  })
  declare severity: AlertSeverity;

  @Column({
    type: DataType.ENUM(...(Object.values(AlertStatus) as string[])),
    allowNull: false,
    defaultValue: AlertStatus.ACTIVE,
  })
  declare status: AlertStatus;

  @Column({ type: DataType.STRING(500), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare message: string;

  @Index
  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: true })
  declare studentId?: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare userId?: string;

  @Index
  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @Column(DataType.JSONB)
  declare metadata?: Record<string, any>;

  @Column(DataType.DATE)
  declare acknowledgedAt?: Date;

  @Column(DataType.UUID)
  declare acknowledgedBy?: string;

  @Column(DataType.DATE)
  declare resolvedAt?: Date;

  @Column(DataType.DATE)
  declare expiresAt?: Date;

  @BelongsTo(() => require('./alert-rule.model').AlertRule, {
    foreignKey: 'definitionId',
    as: 'definition',
  })
  declare definition?: any;

  @BelongsTo(() => require('./school.model').School, { foreignKey: 'schoolId', as: 'school' })
  declare school?: any;

  @BelongsTo(() => require('./student.model').Student, { foreignKey: 'studentId', as: 'student' })
  declare student?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
