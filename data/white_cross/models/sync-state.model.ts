import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum SyncStateStatus {
  PENDING = 'PENDING',
  SYNCING = 'SYNCING',
  SYNCED = 'SYNCED',
  FAILED = 'FAILED',
}

export interface SyncStateAttributes {
  id?: string;
  entity_type: string;
  entity_id?: string;
  status: string;
  last_synced_at?: Date;
  version: number;
  checksum?: string;
  created_at: Date;
  updated_at: Date;
}

@Table({
  tableName: 'sync_state',
  timestamps: true,
})
export class SyncState extends Model<SyncStateAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare entity_type: string;

  @Column(DataType.UUID)
  declare entity_id?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(SyncStateStatus) as string[])),
    allowNull: false,
    defaultValue: SyncStateStatus.PENDING,
  })
  declare status: SyncStateStatus;

  @Column(DataType.DATE)
  declare last_synced_at?: Date;

  @Column({ type: DataType.BIGINT, allowNull: false, defaultValue: 1 })
  declare version: number;

  @Column(DataType.STRING(64))
  declare checksum?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare created_at: Date;

  @Column({ type: DataType.DATE, allowNull: false })
  declare updated_at: Date;
}
