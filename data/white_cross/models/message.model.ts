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

export enum MessagePriority {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  URGENT = 'URGENT',
}

export enum MessageCategory {
  EMERGENCY = 'EMERGENCY',
  HEALTH_UPDATE = 'HEALTH_UPDATE',
  APPOINTMENT_REMINDER = 'APPOINTMENT_REMINDER',
  MEDICATION_REMINDER = 'MEDICATION_REMINDER',
  GENERAL = 'GENERAL',
  INCIDENT_NOTIFICATION = 'INCIDENT_NOTIFICATION',
  COMPLIANCE = 'COMPLIANCE',
}

export interface MessageAttributes {
  id?: string;
  conversationId?: string;
  senderId: string;
  parentId?: string;
  threadId?: string;
  subject?: string;
  content: string;
  priority: string;
  category: string;
  templateId?: string;
  scheduledAt?: Date;
  isEdited: boolean;
  editedAt?: Date;
  isPinned: boolean;
  attachments?: string[];
  metadata?: Record<string, any>;
}

@Table({
  tableName: 'messages',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Messages of staff and families.',
  indexes: [
    { fields: ['category'] },
    { fields: ['conversationId', { name: 'createdAt', order: 'DESC' }] },
    { fields: ['isPinned'] },
    { fields: ['priority'] },
    { fields: ['scheduledAt'] },
  ],
})
export class Message extends Model<MessageAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./conversation.model').Conversation)
  @Column({ type: DataType.UUID, allowNull: true })
  declare conversationId?: string;

  @Index
  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare senderId: string;

  @Index
  @Column({
    type: DataType.UUID,
    allowNull: true,
    comment: 'Parent message ID for threaded replies',
  })
  declare parentId?: string;

  @Index
  @Column({ type: DataType.UUID, allowNull: true, comment: 'First message of the thread' })
  declare threadId?: string;

  @Column(DataType.STRING)
  declare subject?: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare content: string;

  @Column({
    type: DataType.ENUM(...(Object.values(MessagePriority) as string[])),
    allowNull: false,
    defaultValue: MessagePriority.MEDIUM,
  })
  declare priority: MessagePriority;

  @Column({
    type: DataType.ENUM(...(Object.values(MessageCategory) as string[])),
    allowNull: false,
  })
  declare category: MessageCategory;

  @Index
  @ForeignKey(() => require('./message-template.model').MessageTemplate)
  @Column({ type: DataType.UUID, allowNull: true })
  declare templateId?: string;

  @Column(DataType.DATE)
  declare scheduledAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isEdited: boolean;

  @Column(DataType.DATE)
  declare editedAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isPinned: boolean;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare attachments?: string[];

  @Column(DataType.JSONB)
  declare metadata?: Record<string, any>;

  @BelongsTo(() => require('./conversation.model').Conversation, {
    foreignKey: 'conversationId',
    as: 'conversation',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare conversation?: any;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'senderId', as: 'sender' })
  declare sender?: any;

  @BelongsTo(() => require('./message-template.model').MessageTemplate, {
    foreignKey: 'templateId',
    as: 'template',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare template?: any;
}
