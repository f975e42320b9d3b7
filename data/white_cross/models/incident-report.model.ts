import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum IncidentReportType {
  INJURY = 'INJURY',
  ILLNESS = 'ILLNESS',
  BEHAVIORAL = 'BEHAVIORAL',
  MEDICATION_ERROR = 'MEDICATION_ERROR',
  ALLERGIC_REACTION = 'ALLERGIC_REACTION',
  EMERGENCY = 'EMERGENCY',
  OTHER = 'OTHER',
}

export enum IncidentReportSeverity {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export enum IncidentReportLegalComplianceStatus {
  PENDING = 'PENDING',
  COMPLIANT = 'COMPLIANT',
  NON_COMPLIANT = 'NON_COMPLIANT',
  UNDER_REVIEW = 'UNDER_REVIEW',
  EXEMPT = 'EXEMPT',
}

@Table({
  tableName: 'incident_reports',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Accidents and other incidents at school (PHI).',
  indexes: [
    { fields: ['reportedById'] },
  ],
})
export class IncidentReport extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  studentId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  reportedById: string;

  @Column({
    type: DataType.ENUM(...(Object.values(IncidentReportType) as string[])),
    allowNull: false,
  })
  type: IncidentReportType;

  @Column({
    type: DataType.ENUM(...(Object.values(IncidentReportSeverity) as string[])),
    allowNull: false,
  })
  severity: IncidentReportSeverity;

  @Column({
    type: DataType.STRING(30),
    allowNull: false,
    defaultValue: 'DRAFT',
  })
  status: string;

  @Column({
    type: DataType.TEXT,
    allowNull: false,
  })
  description: string;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  location: string;

  @Column({
    type: DataType.TEXT,
    allowNull: false,
  })
  actionsTaken: string;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  occurredAt: Date;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  parentNotified: boolean;

  @Column(DataType.DATE)
  parentNotifiedAt?: Date;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: false,
  })
  followUpRequired: boolean;

  @Column(DataType.TEXT)
  followUpNotes?: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  attachments?: string[];

  @Column(DataType.STRING(50))
  insuranceClaimNumber?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(IncidentReportLegalComplianceStatus) as string[])),
    allowNull: false,
    defaultValue: IncidentReportLegalComplianceStatus.PENDING,
  })
  legalComplianceStatus: IncidentReportLegalComplianceStatus;

  @Column(DataType.UUID)
  createdBy?: string;

  @Column(DataType.UUID)
  updatedBy?: string;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'reportedById',
    as: 'reportedBy',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  reportedBy?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  student?: any;

  @HasMany(() => require('./witness-statement.model').WitnessStatement, {
    foreignKey: 'incidentReportId',
    as: 'witnessStatements',
    onDelete: 'CASCADE',
  })
  witnessStatements?: any[];

  @HasMany(() => require('./follow-up-action.model').FollowUpAction, {
    foreignKey: 'incidentReportId',
    as: 'followUpActions',
    onDelete: 'CASCADE',
  })
  followUpActions?: any[];
}
