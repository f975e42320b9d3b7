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

export enum MentalHealthRecordRiskLevel {
  NONE = 'NONE',
  LOW = 'LOW',
  MODERATE = 'MODERATE',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export interface MentalHealthRecordAttributes {
  id?: string;
  studentId: string;
  recordType: string;
  recordDate: Date;
  counselorId?: string;
  sessionNotes?: string;
  assessmentScores?: Record<string, any>;
  riskLevel: string;
  followUpDate?: Date;
  accessRestricted: boolean;
}

@Table({
  tableName: 'mental_health_records',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Counselling and assessments; confidential (PHI).',
  indexes: [
    { fields: ['counselorId'] },
    { fields: ['studentId'] },
  ],
})
export class MentalHealthRecord extends Model<MentalHealthRecordAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare recordType: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare recordDate: Date;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare counselorId?: string;

  @Column(DataType.TEXT)
  declare sessionNotes?: string;

  @Column(DataType.JSONB)
  declare assessmentScores?: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(MentalHealthRecordRiskLevel) as string[])),
    allowNull: false,
  })
  declare riskLevel: MentalHealthRecordRiskLevel;

  @Column(DataType.DATE)
  declare followUpDate?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare accessRestricted: boolean;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'counselorId',
    as: 'counselor',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare counselor?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
