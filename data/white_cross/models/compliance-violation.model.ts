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

export enum ComplianceViolationSeverity {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export enum ComplianceViolationStatus {
  OPEN = 'OPEN',
  INVESTIGATING = 'INVESTIGATING',
  RESOLVED = 'RESOLVED',
  CLOSED = 'CLOSED',
}

export interface ComplianceViolationAttributes {
  id?: string;
  violationType: string;
  title: string;
  description: string;
  severity: string;
  status: string;
  reportedBy?: string;
  reportId?: string;
  discoveredAt: Date;
  resolvedAt?: Date;
}

@Table({
  tableName: 'compliance_violations',
  timestamps: true,
  underscored: false,
  comment: 'Violations found, and their state.',
  indexes: [
    { fields: ['reportId'] },
  ],
})
export class ComplianceViolation extends Model<ComplianceViolationAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare violationType: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare description: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceViolationSeverity) as string[])),
    allowNull: false,
  })
  declare severity: ComplianceViolationSeverity;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceViolationStatus) as string[])),
    allowNull: false,
    defaultValue: ComplianceViolationStatus.OPEN,
  })
  declare status: ComplianceViolationStatus;

  @Column(DataType.UUID)
  declare reportedBy?: string;

  @ForeignKey(() => require('./compliance-report.model').ComplianceReport)
  @Column({ type: DataType.UUID, allowNull: true })
  declare reportId?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare discoveredAt: Date;

  @Column(DataType.DATE)
  declare resolvedAt?: Date;

  @BelongsTo(() => require('./compliance-report.model').ComplianceReport, {
    foreignKey: 'reportId',
    as: 'report',
  })
  declare report?: any;
}
