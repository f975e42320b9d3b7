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

@Table({
  tableName: 'student_medications',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'What a student takes, how much and how long (PHI).',
  indexes: [
    { fields: ['medicationId'] },
    { fields: ['studentId'] },
  ],
})
export class StudentMedication extends Model {
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

  @ForeignKey(() => require('./medication.model').Medication)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  medicationId: string;

  @Column({
    type: DataType.STRING(100),
    allowNull: false,
  })
  dosage: string;

  @Column({
    type: DataType.STRING(100),
    allowNull: false,
  })
  frequency: string;

  @Column({
    type: DataType.STRING(50),
    allowNull: false,
  })
  route: string;

  @Column(DataType.TEXT)
  instructions?: string;

  @Column({
    type: DataType.DATEONLY,
    allowNull: false,
  })
  startDate: string;

  @Column(DataType.DATEONLY)
  endDate?: string;

  @Column({
    type: DataType.BOOLEAN,
    allowNull: false,
    defaultValue: true,
  })
  isActive: boolean;

  @Column({
    type: DataType.STRING(200),
    allowNull: false,
  })
  prescribedBy: string;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 0,
  })
  refillsRemaining: number;

  @Column(DataType.UUID)
  createdBy?: string;

  @BelongsTo(() => require('./medication.model').Medication, {
    foreignKey: 'medicationId',
    as: 'medication',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  medication?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  student?: any;
}
