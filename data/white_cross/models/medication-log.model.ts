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

export interface MedicationLogAttributes {
  id?: string;
  studentId: string;
  medicationId: string;
  studentMedicationId?: string;
  dosage: number;
  dosageUnit: string;
  scheduledAt?: Date;
  administeredAt: Date;
  administeredBy?: string;
  witnessId?: string;
  status?: string;
  sideEffects?: string;
  deviceId?: string;
  legacyBatchId?: string;
  notes?: string;
}

@Table({
  tableName: 'medication_logs',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Every dose given, missed or refused (PHI).',
  indexes: [
    { fields: ['studentId', 'medicationId'] },
    { fields: ['administeredAt'] },
    { fields: ['administeredBy'] },
    { fields: ['createdAt'] },
    { fields: ['updatedAt'] },
  ],
})
export class MedicationLog extends Model<MedicationLogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./medication.model').Medication)
  @Column({ type: DataType.UUID, allowNull: false })
  declare medicationId: string;

  @ForeignKey(() => require('./student-medication.model').StudentMedication)
  @Column({ type: DataType.UUID, allowNull: true })
  declare studentMedicationId?: string;

  @Column({ type: DataType.DECIMAL(10, 2), allowNull: false })
  declare dosage: number;

  @Column({ type: DataType.STRING(20), allowNull: false })
  declare dosageUnit: string;

  @Column(DataType.DATE)
  declare scheduledAt?: Date;

  @Column({ type: DataType.DATE, allowNull: false })
  declare administeredAt: Date;

  @Column(DataType.UUID)
  declare administeredBy?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare witnessId?: string;

  @Column({ type: DataType.STRING(50), defaultValue: 'ADMINISTERED' })
  declare status?: string;

  @Column(DataType.TEXT)
  declare sideEffects?: string;

  @Column({ type: DataType.STRING(36), allowNull: true })
  declare deviceId?: string;

  @Column({ type: DataType.STRING(20), allowNull: true })
  declare legacyBatchId?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./medication.model').Medication, {
    foreignKey: 'medicationId',
    as: 'medication',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare medication?: any;

  @BelongsTo(() => require('./student.model').Student, { foreignKey: 'studentId', as: 'student' })
  declare student?: any;

  @BelongsTo(() => require('./student-medication.model').StudentMedication, {
    foreignKey: 'studentMedicationId',
    as: 'studentMedication',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare studentMedication?: any;
}
