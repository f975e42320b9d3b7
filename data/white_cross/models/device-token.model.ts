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

export enum DeviceTokenPlatform {
  IOS = 'IOS',
  ANDROID = 'ANDROID',
  WEB = 'WEB',
}

export interface DeviceTokenAttributes {
  id?: string;
  userId: string;
  deviceId: string;
  token: string;
  platform: string;
  appVersion?: string;
  isActive: boolean;
  allowPush: boolean;
  lastUsedAt: Date;
}

@Table({
  tableName: 'device_tokens',
  timestamps: true,
  underscored: false,
  comment: 'Devices that take push notifications.',
})
export class DeviceToken extends Model<DeviceTokenAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare userId: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare deviceId: string;

  @Column({ type: DataType.STRING(500), allowNull: false, unique: true })
  declare token: string;

  @Column({
    type: DataType.ENUM(...(Object.values(DeviceTokenPlatform) as string[])),
    allowNull: false,
  })
  declare platform: DeviceTokenPlatform;

  @Column(DataType.STRING(50))
  declare appVersion?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare allowPush: boolean;

  @Column({ type: DataType.DATE, allowNull: false })
  declare lastUsedAt: Date;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
