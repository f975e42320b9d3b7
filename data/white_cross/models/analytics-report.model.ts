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

export enum AnalyticsReportReportType {
  HEALTH_METRICS = 'HEALTH_METRICS',
  INCIDENT_ANALYSIS = 'INCIDENT_ANALYSIS',
  MEDICATION_USAGE = 'MEDICATION_USAGE',
  CUSTOM = 'CUSTOM',
}

export enum AnalyticsReportStatus {
  PENDING = 'PENDING',
  GENERATING = 'GENERATING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}

export interface AnalyticsReportAttributes {
  id?: string;
  reportType: string;
  title: string;
  summary?: string;
  data: Record<string, any>;
  parameters?: Record<string, any>;
  status: string;
  generatedById?: string;
  generatedAt: Date;
  expiresAt?: Date;
}

@Table({
  tableName: 'analytics_reports',
  timestamps: true,
  underscored: false,
  comment: 'Generated analytics reports.',
  indexes: [
    { fields: ['generatedById'] },
  ],
})
export class AnalyticsReport extends Model<AnalyticsReportAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AnalyticsReportReportType) as string[])),
    allowNull: false,
  })
  declare reportType: AnalyticsReportReportType;

  @Column({ type: DataType.STRING, allowNull: false })
  declare title: string;

  @Column(DataType.TEXT)
  declare summary?: string;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare data: Record<string, any>;

  @Column(DataType.JSONB)
  declare parameters?: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(AnalyticsReportStatus) as string[])),
    allowNull: false,
    defaultValue: AnalyticsReportStatus.PENDING,
  })
  declare status: AnalyticsReportStatus;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare generatedById?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare generatedAt: Date;

  @Column(DataType.DATE)
  declare expiresAt?: Date;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'generatedById', as: 'generatedBy' })
  declare generatedBy?: any;
}
