import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum PerformanceMetricMetricType {
  CPU_USAGE = 'CPU_USAGE',
  MEMORY_USAGE = 'MEMORY_USAGE',
  DISK_USAGE = 'DISK_USAGE',
  API_RESPONSE_TIME = 'API_RESPONSE_TIME',
  DATABASE_QUERY_TIME = 'DATABASE_QUERY_TIME',
  ACTIVE_USERS = 'ACTIVE_USERS',
  ERROR_RATE = 'ERROR_RATE',
}

export interface PerformanceMetricAttributes {
  id?: string;
  metricType: string;
  value: number;
  unit?: string;
  context?: Record<string, any>;
  recordedAt: Date;
}

@Table({
  tableName: 'performance_metrics',
  timestamps: true,
  underscored: false,
  comment: 'Samples of system metrics.',
  indexes: [
    { fields: ['metricType', 'recordedAt'] },
  ],
})
export class PerformanceMetric extends Model<PerformanceMetricAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(PerformanceMetricMetricType) as string[])),
    allowNull: false,
  })
  declare metricType: PerformanceMetricMetricType;

  @Column({ type: DataType.FLOAT, allowNull: false })
  declare value: number;

  @Column(DataType.STRING(20))
  declare unit?: string;

  @Column(DataType.JSONB)
  declare context?: Record<string, any>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare recordedAt: Date;
}
