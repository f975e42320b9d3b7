import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum BackupLogType {
  MANUAL = 'MANUAL',
  SCHEDULED = 'SCHEDULED',
  AUTOMATIC = 'AUTOMATIC',
}

export enum BackupLogStatus {
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}

export interface BackupLogAttributes {
  id?: string;
  type: string;
  status: string;
  fileName?: string;
  fileSize?: number;
  location?: string;
  triggeredBy?: string;
  startedAt: Date;
  completedAt?: Date;
  error?: string;
}

@Table({
  tableName: 'backup_logs',
  timestamps: true,
  underscored: false,
  comment: 'Backups made and their result.',
})
export class BackupLog extends Model<BackupLogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(BackupLogType) as string[])),
    allowNull: false,
  })
  declare type: BackupLogType;

  @Column({
    type: DataType.ENUM(...(Object.values(BackupLogStatus) as string[])),
    allowNull: false,
  })
  declare status: BackupLogStatus;

  @Column(DataType.STRING)
  declare fileName?: string;

  @Column(DataType.BIGINT)
  declare fileSize?: number;

  @Column(DataType.STRING(500))
  declare location?: string;

  @Column(DataType.UUID)
  declare triggeredBy?: string;

  @Column({ type: 'TIMESTAMP', allowNull: false })
  declare startedAt: Date;

  @Column('TIMESTAMP')
  declare completedAt?: Date;

  @Column(DataType.TEXT)
  declare error?: string;
}
