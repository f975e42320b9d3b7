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

export enum SyncSessionDirection {
  INBOUND = 'INBOUND',
  OUTBOUND = 'OUTBOUND',
  BIDIRECTIONAL = 'BIDIRECTIONAL',
}

export enum SyncSessionStatus {
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}

export interface SyncSessionAttributes {
  id?: string;
  sessionNumber: number;
  configId: string;
  entityType: string;
  direction: string;
  startedAt: Date;
  completedAt?: Date;
  status: string;
  statsProcessed: number;
  triggeredBy?: string;
}

@Table({
  tableName: 'sync_sessions',
  timestamps: true,
  underscored: false,
  comment: 'Sessions of synchronisation with a system.',
  indexes: [
    { fields: ['configId'] },
  ],
})
export class SyncSession extends Model<SyncSessionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.BIGINT, allowNull: false, unique: true })
  declare sessionNumber: number;

  @ForeignKey(() => require('./integration-config.model').IntegrationConfig)
  @Column({ type: DataType.UUID, allowNull: false })
  declare configId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare entityType: string;

  @Column({
    type: DataType.ENUM(...(Object.values(SyncSessionDirection) as string[])),
    allowNull: false,
  })
  declare direction: SyncSessionDirection;

  @Column({ type: DataType.DATE, allowNull: false })
  declare startedAt: Date;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column({
    type: DataType.ENUM(...(Object.values(SyncSessionStatus) as string[])),
    allowNull: false,
  })
  declare status: SyncSessionStatus;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare statsProcessed: number;

  @Column(DataType.UUID)
  declare triggeredBy?: string;

  @BelongsTo(() => require('./integration-config.model').IntegrationConfig, {
    foreignKey: 'configId',
    as: 'config',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare config?: any;
}
