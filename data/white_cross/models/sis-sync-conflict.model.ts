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

export enum SisSyncConflictResolution {
  PENDING = 'PENDING',
  KEEP_LOCAL = 'KEEP_LOCAL',
  KEEP_SIS = 'KEEP_SIS',
  MANUAL = 'MANUAL',
}

export interface SISSyncConflictAttributes {
  id?: string;
  sessionId: string;
  studentId?: string;
  field: string;
  localValue?: string;
  sisValue?: string;
  resolution: string;
  resolvedAt?: Date;
  resolvedBy?: string;
}

@Table({
  tableName: 'sis_sync_conflicts',
  timestamps: true,
  underscored: false,
  comment: 'Conflicts with the student information system.',
  indexes: [
    { fields: ['sessionId'] },
    { fields: ['studentId'] },
  ],
})
export class SISSyncConflict extends Model<SISSyncConflictAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./sync-session.model').SyncSession)
  @Column({ type: DataType.UUID, allowNull: false })
  declare sessionId: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: true })
  declare studentId?: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare field: string;

  @Column(DataType.TEXT)
  declare localValue?: string;

  @Column(DataType.TEXT)
  declare sisValue?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(SisSyncConflictResolution) as string[])),
    allowNull: false,
    defaultValue: SisSyncConflictResolution.PENDING,
  })
  declare resolution: SisSyncConflictResolution;

  @Column(DataType.DATE)
  declare resolvedAt?: Date;

  @Column(DataType.UUID)
  declare resolvedBy?: string;

  @BelongsTo(() => require('./sync-session.model').SyncSession, {
    foreignKey: 'sessionId',
    as: 'session',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare session?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
