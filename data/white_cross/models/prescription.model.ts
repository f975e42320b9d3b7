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

export enum PrescriptionStatus {
  PENDING = 'PENDING',
  SENT = 'SENT',
  FILLED = 'FILLED',
  PICKED_UP = 'PICKED_UP',
  CANCELLED = 'CANCELLED',
  EXPIRED = 'EXPIRED',
}

export interface PrescriptionAttributes {
  id?: string;
  studentId: string;
  visitId?: string;
  medicationId?: string;
  prescriptionNumber: string;
  prescriberName: string;
  prescriberNpi?: string;
  dosage: string;
  frequency: string;
  quantity: number;
  refillsAuthorized: number;
  startDate: string;
  endDate?: string;
  status: string;
}

@Table({
  tableName: 'prescriptions',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Prescriptions handed in by families (PHI).',
  indexes: [
    { fields: ['medicationId'] },
    { fields: ['studentId'] },
    { fields: ['visitId'] },
  ],
})
export class Prescription extends Model<PrescriptionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./clinic-visit.model').ClinicVisit)
  @Column({ type: DataType.UUID, allowNull: true })
  declare visitId?: string;

  @ForeignKey(() => require('./medication.model').Medication)
  @Column({ type: DataType.UUID, allowNull: true })
  declare medicationId?: string;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare prescriptionNumber: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare prescriberName: string;

  @Column(DataType.STRING(10))
  declare prescriberNpi?: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare dosage: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare frequency: string;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare quantity: number;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare refillsAuthorized: number;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare startDate: string;

  @Column(DataType.DATEONLY)
  declare endDate?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(PrescriptionStatus) as string[])),
    allowNull: false,
    defaultValue: PrescriptionStatus.PENDING,
  })
  declare status: PrescriptionStatus;

  @BelongsTo(() => require('./medication.model').Medication, {
    foreignKey: 'medicationId',
    as: 'medication',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare medication?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;

  @BelongsTo(() => require('./clinic-visit.model').ClinicVisit, {
    foreignKey: 'visitId',
    as: 'visit',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare visit?: any;
}
