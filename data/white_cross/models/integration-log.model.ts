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

export enum IntegrationLogStatus {
  SUCCESS = 'SUCCESS',
  FAILURE = 'FAILURE',
  PARTIAL = 'PARTIAL',
}

export interface IntegrationLogAttributes {
  id?: string;
  logNumber: number;
  integrationId?: string;
  integrationType: string;
  action: string;
  status: string;
  recordsProcessed?: number;
  recordsFailed?: number;
  startedAt: Date;
  completedAt?: Date;
  duration?: number;
  errorMessage?: string;
  details?: Record<string, any>;
}

@Table({
  tableName: 'integration_logs',
  timestamps: true,
  underscored: false,
  comment: 'What was exchanged with other systems.',
  indexes: [
    { fields: ['integrationId'] },
  ],
})
export class IntegrationLog extends Model<IntegrationLogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare logNumber: number;

  @ForeignKey(() => require('./integration-config.model').IntegrationConfig)
  @Column({ type: DataType.UUID, allowNull: true })
  declare integrationId?: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare integrationType: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare action: string;

  @Column({
    type: DataType.ENUM(...(Object.values(IntegrationLogStatus) as string[])),
    allowNull: false,
  })
  declare status: IntegrationLogStatus;

  @Column(DataType.INTEGER)
  declare recordsProcessed?: number;

  @Column(DataType.INTEGER)
  declare recordsFailed?: number;

  @Column({ type: DataType.DATE, allowNull: false })
  declare startedAt: Date;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column(DataType.INTEGER)
  declare duration?: number;

  @Column(DataType.TEXT)
  declare errorMessage?: string;

  @Column(DataType.JSON)
  declare details?: Record<string, any>;

  @BelongsTo(() => require('./integration-config.model').IntegrationConfig, {
    foreignKey: 'integrationId',
    as: 'integration',
  })
  declare integration?: any;
}
