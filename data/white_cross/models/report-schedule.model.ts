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

export enum ReportScheduleScheduleType {
  CRON = 'CRON',
  INTERVAL = 'INTERVAL',
  ONE_TIME = 'ONE_TIME',
}

export interface ReportScheduleAttributes {
  id?: string;
  templateId: string;
  name: string;
  scheduleType: string;
  cronExpression?: string;
  timezone: string;
  recipients: string[];
  isActive: boolean;
  lastExecutedAt?: Date;
  nextExecutionAt?: Date;
  createdById?: string;
}

@Table({
  tableName: 'report_schedules',
  timestamps: true,
  underscored: false,
  comment: 'When which report runs.',
  indexes: [
    { fields: ['createdById'] },
    { fields: ['templateId'] },
  ],
})
export class ReportSchedule extends Model<ReportScheduleAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./report-template.model').ReportTemplate)
  @Column({ type: DataType.UUID, allowNull: false })
  declare templateId: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare name: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ReportScheduleScheduleType) as string[])),
    allowNull: false,
  })
  declare scheduleType: ReportScheduleScheduleType;

  @Column(DataType.STRING(100))
  declare cronExpression?: string;

  @Column({ type: DataType.STRING(50), allowNull: false, defaultValue: 'UTC' })
  declare timezone: string;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare recipients: string[];

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column(DataType.DATE)
  declare lastExecutedAt?: Date;

  @Column(DataType.DATE)
  declare nextExecutionAt?: Date;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare createdById?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  declare createdBy?: any;

  @BelongsTo(() => require('./report-template.model').ReportTemplate, {
    foreignKey: 'templateId',
    as: 'template',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare template?: any;
}
