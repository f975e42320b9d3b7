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

export enum ReportExecutionStatus {
  PENDING = 'PENDING',
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}

export interface ReportExecutionAttributes {
  id?: string;
  templateId: string;
  scheduleId?: string;
  executedById?: string;
  status: string;
  parameters?: Record<string, any>;
  startedAt: Date;
  completedAt?: Date;
  rowCount?: number;
  errorMessage?: string;
}

@Table({
  tableName: 'report_executions',
  timestamps: true,
  underscored: false,
  comment: 'Runs of a report.',
  indexes: [
    { fields: ['executedById'] },
    { fields: ['scheduleId'] },
    { fields: ['templateId'] },
  ],
})
export class ReportExecution extends Model<ReportExecutionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./report-template.model').ReportTemplate)
  @Column({ type: DataType.UUID, allowNull: false })
  declare templateId: string;

  @ForeignKey(() => require('./report-schedule.model').ReportSchedule)
  @Column({ type: DataType.UUID, allowNull: true })
  declare scheduleId?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare executedById?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ReportExecutionStatus) as string[])),
    allowNull: false,
    defaultValue: ReportExecutionStatus.PENDING,
  })
  declare status: ReportExecutionStatus;

  @Column(DataType.JSON)
  declare parameters?: Record<string, any>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare startedAt: Date;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column(DataType.INTEGER)
  declare rowCount?: number;

  @Column(DataType.TEXT)
  declare errorMessage?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'executedById', as: 'executedBy' })
  declare executedBy?: any;

  @BelongsTo(() => require('./report-schedule.model').ReportSchedule, {
    foreignKey: 'scheduleId',
    as: 'schedule',
  })
  declare schedule?: any;

  @BelongsTo(() => require('./report-template.model').ReportTemplate, {
    foreignKey: 'templateId',
    as: 'template',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare template?: any;
}
