import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum PushNotificationPriority {
  LOW = 'LOW',
  NORMAL = 'NORMAL',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export enum PushNotificationStatus {
  PENDING = 'PENDING',
  SENT = 'SENT',
  DELIVERED = 'DELIVERED',
  FAILED = 'FAILED',
  CLICKED = 'CLICKED',
}

export interface PushNotificationAttributes {
  id?: string;
  userId: string;
  deviceTokenIds: string[];
  title: string;
  body: string;
  data?: Record<string, any>;
  priority: string;
  status: string;
  sentAt?: Date;
  clickedAt?: Date;
  retryCount: number;
}

@Table({
  tableName: 'push_notifications',
  timestamps: true,
  underscored: false,
  comment: 'Push notifications to devices.',
})
export class PushNotification extends Model<PushNotificationAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare userId: string;

  @Column({ type: DataType.ARRAY(DataType.UUID), allowNull: false, defaultValue: [] })
  declare deviceTokenIds: string[];

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare body: string;

  @Column(DataType.JSONB)
  declare data?: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(PushNotificationPriority) as string[])),
    allowNull: false,
    defaultValue: PushNotificationPriority.NORMAL,
  })
  declare priority: PushNotificationPriority;

  @Column({
    type: DataType.ENUM(...(Object.values(PushNotificationStatus) as string[])),
    allowNull: false,
    defaultValue: PushNotificationStatus.PENDING,
  })
  declare status: PushNotificationStatus;

  @Column(DataType.DATE)
  declare sentAt?: Date;

  @Column(DataType.DATE)
  declare clickedAt?: Date;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare retryCount: number;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
