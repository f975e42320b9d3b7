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

export enum SyncConflictStatus {
  PENDING = 'PENDING',
  RESOLVED = 'RESOLVED',
  DEFERRED = 'DEFERRED',
}

export interface SyncConflictAttributes {
  id?: string;
  queueItemId: string;
  entityType: string;
  entityId: string;
  clientVersion: Record<string, any>;
  serverVersion: Record<string, any>;
  status: string;
  resolvedAt?: Date;
  resolvedBy?: string;
}

@Table({
  tableName: 'sync_conflicts',
  timestamps: true,
  underscored: false,
  comment: 'Conflicting changes of two devices.',
  indexes: [
    { fields: ['queueItemId'] },
  ],
})
export class SyncConflict extends Model<SyncConflictAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./sync-queue-item.model').SyncQueueItem)
  @Column({ type: DataType.UUID, allowNull: false })
  declare queueItemId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare entityType: string;

  @Column({ type: DataType.UUID, allowNull: false })
  declare entityId: string;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare clientVersion: Record<string, any>;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare serverVersion: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(SyncConflictStatus) as string[])),
    allowNull: false,
    defaultValue: SyncConflictStatus.PENDING,
  })
  declare status: SyncConflictStatus;

  @Column(DataType.DATE)
  declare resolvedAt?: Date;

  @Column(DataType.UUID)
  declare resolvedBy?: string;

  @BelongsTo(() => require('./sync-queue-item.model').SyncQueueItem, {
    foreignKey: 'queueItemId',
    as: 'queueItem',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare queueItem?: any;
}
