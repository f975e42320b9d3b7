import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface ReportTemplateAttributes {
  id?: string;
  name: string;
  description?: string;
  reportType: string;
  queryConfiguration: Record<string, any>;
  defaultParameters?: Record<string, any>;
  isActive: boolean;
  createdById?: string;
}

@Table({
  tableName: 'report_templates',
  timestamps: true,
  underscored: false,
  comment: 'Definitions of reports.',
  indexes: [
    { fields: ['createdById'] },
  ],
})
export class ReportTemplate extends Model<ReportTemplateAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false, unique: true })
  declare name: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare reportType: string;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare queryConfiguration: Record<string, any>;

  @Column(DataType.JSONB)
  declare defaultParameters?: Record<string, any>;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare createdById?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'createdById', as: 'createdBy' })
  declare createdBy?: any;

  @HasMany(() => require('./report-execution.model').ReportExecution, {
    foreignKey: 'templateId',
    as: 'executions',
    onDelete: 'CASCADE',
  })
  declare executions?: any[];

  @HasMany(() => require('./report-schedule.model').ReportSchedule, {
    foreignKey: 'templateId',
    as: 'schedules',
    onDelete: 'CASCADE',
  })
  declare schedules?: any[];
}
