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

export enum ConditionStatus {
  ACTIVE = 'ACTIVE',
  MANAGED = 'MANAGED',
  RESOLVED = 'RESOLVED',
  MONITORING = 'MONITORING',
}

export interface ChronicConditionAttributes {
  id?: string;
  studentId: string;
  healthRecordId?: string;
  condition: string;
  icdCode?: string;
  diagnosedDate: string;
  diagnosedBy?: string;
  status: string;
  severity?: string;
  carePlan?: string;
  medications?: Record<string, any>;
  restrictions?: Record<string, any>;
  nextReviewDate?: string;
  notes?: string;
  createdBy?: string;
}

@Table({
  tableName: 'chronic_conditions',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Long-lasting conditions of a student and their care (PHI).',
  indexes: [
    { fields: ['healthRecordId'] },
    { fields: ['studentId'] },
  ],
})
export class ChronicCondition extends Model<ChronicConditionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./health-record.model').HealthRecord)
  @Column({ type: DataType.UUID, allowNull: true })
  declare healthRecordId?: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare condition: string;

  @Column(DataType.STRING(20))
  declare icdCode?: string;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare diagnosedDate: string;

  @Column(DataType.STRING(200))
  declare diagnosedBy?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ConditionStatus) as string[])),
    allowNull: false,
    defaultValue: ConditionStatus.ACTIVE,
  })
  declare status: ConditionStatus;

  @Column(DataType.STRING(20))
  declare severity?: string;

  @Column(DataType.TEXT)
  declare carePlan?: string;

  @Column(DataType.JSONB)
  declare medications?: Record<string, any>;

  @Column(DataType.JSONB)
  declare restrictions?: Record<string, any>;

  @Column(DataType.DATEONLY)
  declare nextReviewDate?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column(DataType.UUID)
  declare createdBy?: string;

  @BelongsTo(() => require('./health-record.model').HealthRecord, {
    foreignKey: 'healthRecordId',
    as: 'healthRecord',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare healthRecord?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
