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

export enum ComplianceReportReportType {
  HIPAA = 'HIPAA',
  FERPA = 'FERPA',
  CONTROLLED_SUBSTANCE = 'CONTROLLED_SUBSTANCE',
  INCIDENT = 'INCIDENT',
  AUDIT = 'AUDIT',
}

export enum ComplianceReportStatus {
  PENDING = 'PENDING',
  COMPLIANT = 'COMPLIANT',
  NON_COMPLIANT = 'NON_COMPLIANT',
  NEEDS_REVIEW = 'NEEDS_REVIEW',
}

export interface ComplianceReportAttributes {
  id?: string;
  reportType: string;
  title: string;
  description?: string;
  status: string;
  period: string;
  findings?: Record<string, any>;
  dueDate?: Date;
  submittedAt?: Date;
  submittedBy?: string;
  createdById?: string;
}

@Table({
  tableName: 'compliance_reports',
  timestamps: true,
  underscored: false,
  comment: 'Compliance reports by period.',
  indexes: [
    { fields: ['createdById'] },
  ],
})
export class ComplianceReport extends Model<ComplianceReportAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceReportReportType) as string[])),
    allowNull: false,
  })
  declare reportType: ComplianceReportReportType;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceReportStatus) as string[])),
    allowNull: false,
    defaultValue: ComplianceReportStatus.PENDING,
  })
  declare status: ComplianceReportStatus;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare period: string;

  @Column(DataType.JSONB)
  declare findings?: Record<string, any>;

  @Column(DataType.DATE)
  declare dueDate?: Date;

  @Column(DataType.DATE)
  declare submittedAt?: Date;

  @Column(DataType.UUID)
  declare submittedBy?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare createdById?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  declare createdBy?: any;
}
