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

export interface FollowUpAppointmentAttributes {
  id?: string;
  studentId: string;
  treatmentPlanId?: string;
  scheduledDate: Date;
  assignedNurseId?: string;
  reason: string;
  type: string;
  status: string;
  completedDate?: Date;
  outcome?: string;
}

@Table({
  tableName: 'follow_up_appointments',
  timestamps: true,
  underscored: false,
  comment: 'Appointments that follow a treatment plan.',
  indexes: [
    { fields: ['assignedNurseId'] },
    { fields: ['studentId'] },
    { fields: ['treatmentPlanId'] },
  ],
})
export class FollowUpAppointment extends Model<FollowUpAppointmentAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @ForeignKey(() => require('./treatment-plan.model').TreatmentPlan)
  @Column({ type: DataType.UUID, allowNull: true })
  declare treatmentPlanId?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare scheduledDate: Date;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare assignedNurseId?: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare reason: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare type: string;

  @Column({ type: DataType.STRING(20), allowNull: false, defaultValue: 'SCHEDULED' })
  declare status: string;

  @Column(DataType.DATE)
  declare completedDate?: Date;

  @Column(DataType.TEXT)
  declare outcome?: string;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'assignedNurseId',
    as: 'assignedNurse',
  })
  declare assignedNurse?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;

  @BelongsTo(() => require('./treatment-plan.model').TreatmentPlan, {
    foreignKey: 'treatmentPlanId',
    as: 'treatmentPlan',
  })
  declare treatmentPlan?: any;
}
