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

export enum MessageDeliveryRecipientType {
  NURSE = 'NURSE',
  ADMIN = 'ADMIN',
  PARENT = 'PARENT',
  EMERGENCY_CONTACT = 'EMERGENCY_CONTACT',
  STUDENT = 'STUDENT',
}

export enum MessageDeliveryChannel {
  EMAIL = 'EMAIL',
  SMS = 'SMS',
  PUSH = 'PUSH',
  VOICE = 'VOICE',
}

export enum MessageDeliveryStatus {
  PENDING = 'PENDING',
  SENT = 'SENT',
  DELIVERED = 'DELIVERED',
  FAILED = 'FAILED',
  BOUNCED = 'BOUNCED',
}

export interface MessageDeliveryAttributes {
  id?: string;
  messageId: string;
  recipientType: string;
  recipientId: string;
  channel: string;
  status: string;
  contactInfo?: string;
  sentAt?: Date;
  deliveredAt?: Date;
  failureReason?: string;
  externalId?: string;
}

@Table({
  tableName: 'message_delivery',
  timestamps: true,
  underscored: false,
  comment: 'Delivery of a message to one recipient and channel.',
  indexes: [
    { fields: ['messageId'] },
  ],
})
export class MessageDelivery extends Model<MessageDeliveryAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./message.model').Message)
  @Column({ type: DataType.UUID, allowNull: false })
  declare messageId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(MessageDeliveryRecipientType) as string[])),
    allowNull: false,
  })
  declare recipientType: MessageDeliveryRecipientType;

  @Column({ type: DataType.UUID, allowNull: false })
  declare recipientId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(MessageDeliveryChannel) as string[])),
    allowNull: false,
  })
  declare channel: MessageDeliveryChannel;

  @Column({
    type: DataType.ENUM(...(Object.values(MessageDeliveryStatus) as string[])),
    allowNull: false,
    defaultValue: MessageDeliveryStatus.PENDING,
  })
  declare status: MessageDeliveryStatus;

  @Column(DataType.STRING)
  declare contactInfo?: string;

  @Column(DataType.DATE)
  declare sentAt?: Date;

  @Column(DataType.DATE)
  declare deliveredAt?: Date;

  @Column(DataType.TEXT)
  declare failureReason?: string;

  @Column({ type: DataType.STRING, allowNull: true })
  declare externalId?: string;

  @BelongsTo(() => require('./message.model').Message, {
    foreignKey: 'messageId',
    as: 'message',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare message?: any;
}
