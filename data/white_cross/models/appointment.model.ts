import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum AppointmentType {
  ROUTINE_CHECKUP = 'ROUTINE_CHECKUP',
  MEDICATION_ADMINISTRATION = 'MEDICATION_ADMINISTRATION',
  INJURY_ASSESSMENT = 'INJURY_ASSESSMENT',
  ILLNESS_EVALUATION = 'ILLNESS_EVALUATION',
  FOLLOW_UP = 'FOLLOW_UP',
  SCREENING = 'SCREENING',
  EMERGENCY = 'EMERGENCY',
}

export enum AppointmentStatus {
  SCHEDULED = 'SCHEDULED',
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  CANCELLED = 'CANCELLED',
  NO_SHOW = 'NO_SHOW',
}

@Table({
  tableName: 'appointments',
  timestamps: true,
  underscored: false,
  comment: 'Appointments of students with a nurse.',
})
export class Appointment extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @Column({
    type: DataType.UUID,
    allowNull: false,
    comment: 'Foreign key to students table - appointment patient',
  })
  studentId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  nurseId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AppointmentType) as string[])),
    allowNull: false,
  })
  appointmentType: AppointmentType;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  scheduledAt: Date;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 30,
  })
  duration: number;

  @Column({
    type: DataType.STRING(500),
    allowNull: false,
  })
  reason: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AppointmentStatus) as string[])),
    allowNull: false,
    defaultValue: AppointmentStatus.SCHEDULED,
  })
  status: AppointmentStatus;

  @Column({
    type: DataType.STRING(20),
    allowNull: false,
    defaultValue: 'MEDIUM',
  })
  priority: string;

  @Column({
    type: DataType.UUID,
    allowNull: true,
  })
  recurringGroupId?: string;

  @Column(DataType.STRING(20))
  recurringFrequency?: string;

  @Column(DataType.TEXT)
  notes?: string;

  @Column(DataType.UUID)
  createdBy?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'nurseId', as: 'nurse' })
  nurse?: any;

  @BelongsTo(() => require('./student.model').Student, { foreignKey: 'studentId', as: 'student' })
  student?: any;

  @HasMany(() => require('./appointment-reminder.model').AppointmentReminder)
  reminders?: any[];
}
