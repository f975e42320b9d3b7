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
import { ConsciousnessLevel } from './enums/clinical.enum';

export interface VitalSignsAttributes {
  id?: string;
  isAbnormal: boolean;
  measurementDate: Date;
  isFasting: boolean;
  temperature?: number;
  requiresReview: boolean;
  heartRate?: number;
  reviewed: boolean;
  oxygenSaturation?: number;
  onOxygen: boolean;
  respiratoryRate?: number;
  painLevel?: number;
  bloodPressureSystolic?: number;
  isRepeat: boolean;
  bloodPressureDiastolic?: number;
  studentId: string;
  healthRecordId?: string;
  consciousnessLevel?: string;
  notes?: string;
}

@Table({
  tableName: 'vital_signs',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Vital signs measured at a visit (PHI).',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class VitalSigns extends Model<VitalSignsAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isAbnormal: boolean;

  @Column({ type: DataType.DATE, allowNull: false })
  declare measurementDate: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isFasting: boolean;

  @Column(DataType.FLOAT)
  declare temperature?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare requiresReview: boolean;

  @Column(DataType.BIGINT)
  declare heartRate?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare reviewed: boolean;

  @Column(DataType.FLOAT)
  declare oxygenSaturation?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare onOxygen: boolean;

  @Column(DataType.BIGINT)
  declare respiratoryRate?: number;

  @Column(DataType.SMALLINT)
  declare painLevel?: number;

  @Column(DataType.BIGINT)
  declare bloodPressureSystolic?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isRepeat: boolean;

  @Column(DataType.BIGINT)
  declare bloodPressureDiastolic?: number;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./health-record.model').HealthRecord)
  @Column({ type: DataType.UUID, allowNull: true })
  declare healthRecordId?: string;

  @Column(DataType.ENUM(...(Object.values(ConsciousnessLevel) as string[])))
  declare consciousnessLevel?: ConsciousnessLevel;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./health-record.model').HealthRecord, {
    foreignKey: 'healthRecordId',
    as: 'healthRecord',
    onDelete: 'RESTRICT',
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
