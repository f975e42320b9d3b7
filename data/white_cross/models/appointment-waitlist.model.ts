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

export enum AppointmentWaitlistStatus {
  WAITING = 'WAITING',
  NOTIFIED = 'NOTIFIED',
  SCHEDULED = 'SCHEDULED',
  EXPIRED = 'EXPIRED',
  CANCELLED = 'CANCELLED',
}

@Table({
  tableName: 'appointment_waitlist',
  timestamps: true,
  underscored: false,
  comment: 'Students waiting for an earlier appointment.',
  indexes: [
    { fields: ['nurseId'] },
    { fields: ['studentId'] },
  ],
})
export class AppointmentWaitlist extends Model {
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
    allowNull: true,
  })
  nurseId?: string;

  @Column({
    type: DataType.STRING(50),
    allowNull: false,
  })
  type: string;

  @Column({
    type: DataType.STRING(500),
    allowNull: false,
  })
  reason: string;

  @Column({
    type: DataType.STRING(20),
    allowNull: false,
    defaultValue: 'NORMAL',
  })
  priority: string;

  @Column(DataType.DATEONLY)
  preferredDate?: string;

  @Column({
    type: DataType.INTEGER,
    allowNull: false,
    defaultValue: 30,
  })
  duration: number;

  @Column({
    type: DataType.ENUM(...(Object.values(AppointmentWaitlistStatus) as string[])),
    allowNull: false,
    defaultValue: AppointmentWaitlistStatus.WAITING,
  })
  status: AppointmentWaitlistStatus;

  @Column(DataType.DATE)
  notifiedAt?: Date;

  @Column({
    type: DataType.DATE,
    allowNull: false,
  })
  expiresAt: Date;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'nurseId',
    as: 'nurse',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  nurse?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  student?: any;
}
