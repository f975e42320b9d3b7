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

export enum DeliveryLogChannel {
  WEBSOCKET = 'WEBSOCKET',
  EMAIL = 'EMAIL',
  SMS = 'SMS',
  PUSH = 'PUSH',
}

export interface DeliveryLogAttributes {
  id?: string;
  alertId: string;
  channel: string;
  recipientId?: string;
  success: boolean;
  attemptCount: number;
  lastAttempt?: Date;
  deliveredAt?: Date;
  errorMessage?: string;
  responseTime?: number;
}

@Table({
  tableName: 'delivery_logs',
  timestamps: true,
  underscored: false,
  comment: 'Delivery of alerts by channel.',
  indexes: [
    { fields: ['alertId'], using: 'hash' },
  ],
})
export class DeliveryLog extends Model<DeliveryLogAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./alert.model').Alert)
  @Column({ type: DataType.UUID, allowNull: false })
  declare alertId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(DeliveryLogChannel) as string[])),
    allowNull: false,
  })
  declare channel: DeliveryLogChannel;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare recipientId?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false })
  declare success: boolean;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 1 })
  declare attemptCount: number;

  @Column(DataType.DATE)
  declare lastAttempt?: Date;

  @Column(DataType.DATE)
  declare deliveredAt?: Date;

  @Column(DataType.TEXT)
  declare errorMessage?: string;

  @Column(DataType.INTEGER)
  declare responseTime?: number;

  @BelongsTo(() => require('./alert.model').Alert, {
    foreignKey: 'alertId',
    as: 'alert',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare alert?: any;
}
