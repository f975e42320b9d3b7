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

export interface GrowthTrackingAttributes {
  id?: string;
  studentId: string;
  healthRecordId?: string;
  measurementDate: Date;
  height: number;
  heightUnit: string;
  weight: number;
  weightUnit: string;
  bmi?: number;
  bmiPercentile?: number;
  measuredBy: string;
  notes?: string;
}

@Table({
  tableName: 'growth_tracking',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Height and weight over time (PHI).',
  indexes: [
    { fields: ['healthRecordId'] },
    { fields: ['studentId'] },
  ],
})
export class GrowthTracking extends Model<GrowthTrackingAttributes> {
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

  @Column({ type: DataType.DATE, allowNull: false })
  declare measurementDate: Date;

  @Column({ type: DataType.DECIMAL(5, 2), allowNull: false })
  declare height: number;

  @Column({ type: DataType.STRING(5), allowNull: false, defaultValue: 'CM' })
  declare heightUnit: string;

  @Column({ type: DataType.DECIMAL(5, 2), allowNull: false })
  declare weight: number;

  @Column({ type: DataType.STRING(5), allowNull: false, defaultValue: 'KG' })
  declare weightUnit: string;

  @Column(DataType.DECIMAL(4, 1))
  declare bmi?: number;

  @Column(DataType.DECIMAL(5, 2))
  declare bmiPercentile?: number;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare measuredBy: string;

  @Column(DataType.TEXT)
  declare notes?: string;

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
