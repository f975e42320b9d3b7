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

export enum SyncQueueItemActionType {
  CREATE = 'CREATE',
  UPDATE = 'UPDATE',
  DELETE = 'DELETE',
}

export interface SyncQueueItemAttributes {
  id?: string;
  sessionNumber?: number;
  sessionId?: string;
  deviceId: string;
  userId: string;
  actionType: string;
  entityType: string;
  entityId: string;
  data: Record<string, any>;
  queuedAt: Date;
  syncedAt?: Date;
  synced: boolean;
  attempts: number;
  lastError?: string;
}

@Table({
  tableName: 'sync_queue_items',
  timestamps: true,
  underscored: false,
  comment: 'Changes waiting to be synchronised.',
  indexes: [
    { fields: ['sessionNumber'] },
    { fields: ['userId'] },
  ],
})
export class SyncQueueItem extends Model<SyncQueueItemAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./sync-session.model').SyncSession)
  @Column({ type: DataType.INTEGER, allowNull: true })
  declare sessionNumber?: number;

  @Column({ type: DataType.STRING(36), allowNull: true })
  declare sessionId?: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare deviceId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare userId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(SyncQueueItemActionType) as string[])),
    allowNull: false,
  })
  declare actionType: SyncQueueItemActionType;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare entityType: string;

  @Column({ type: DataType.UUID, allowNull: false })
  declare entityId: string;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare data: Record<string, any>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare queuedAt: Date;

  @Column(DataType.DATE)
  declare syncedAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare synced: boolean;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare attempts: number;

  @Column(DataType.TEXT)
  declare lastError?: string;

  @BelongsTo(() => require('./sync-session.model').SyncSession, {
    foreignKey: 'sessionNumber',
    as: 'session',
    targetKey: 'sessionNumber',
  })
  declare session?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
