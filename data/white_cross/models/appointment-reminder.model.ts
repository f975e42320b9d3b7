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

export enum AppointmentReminderType {
  SMS = 'SMS',
  EMAIL = 'EMAIL',
  VOICE = 'VOICE',
}

export enum AppointmentReminderStatus {
  SCHEDULED = 'SCHEDULED',
  SENT = 'SENT',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}

@Table({
  tableName: 'appointment_reminders',
  timestamps: true,
  underscored: false,
  comment: 'Reminders sent before an appointment.',
  indexes: [
    { fields: ['appointmentId'] },
  ],
})
export class AppointmentReminder extends Model {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./appointment.model').Appointment)
  @Column({
    type: DataType.UUID,
    allowNull: false,
  })
  appointmentId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AppointmentReminderType) as string[])),
    allowNull: false,
  })
  type: AppointmentReminderType;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  scheduledFor: Date;

  @Column({
    type: DataType.ENUM(...(Object.values(AppointmentReminderStatus) as string[])),
    allowNull: false,
    defaultValue: AppointmentReminderStatus.SCHEDULED,
  })
  status: AppointmentReminderStatus;

  @Column(DataType.DATE)
  sentAt?: Date;

  @Column(DataType.STRING(1000))
  failureReason?: string;

  @Column({
    type: DataType.TEXT,
    allowNull: false,
  })
  message: string;

  @BelongsTo(() => require('./appointment.model').Appointment)
  appointment?: any;
}
