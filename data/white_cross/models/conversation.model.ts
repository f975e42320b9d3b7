import {
  Column,
  DataType,
  Default,
  HasMany,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';
import { ConversationParticipant } from './conversation-participant.model';

export enum ConversationType {
  DIRECT = 'DIRECT',
  GROUP = 'GROUP',
  CHANNEL = 'CHANNEL',
}

export interface ConversationAttributes {
  id?: string;
  type: string;
  name?: string;
  description?: string;
  tenantId: string;
  createdById: string;
  lastMessageId?: string;
  lastMessageAt?: Date;
  isArchived: boolean;
  settings?: Record<string, any>;
}

@Table({
  tableName: 'conversations',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Conversations between staff.',
})
export class Conversation extends Model<ConversationAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ConversationType) as string[])),
    allowNull: false,
  })
  declare type: ConversationType;

  @Column(DataType.STRING(200))
  declare name?: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Index
  @Column({
    type: DataType.UUID,
    allowNull: false,
    comment: 'Tenant ID for multi-tenant isolation',
  })
  declare tenantId: string;

  @Index
  @Column({
    type: DataType.UUID,
    allowNull: false,
    comment: 'User who created the conversation',
  })
  declare createdById: string;

  @Index
  @Column({ type: DataType.UUID, allowNull: true })
  declare lastMessageId?: string;

  @Column(DataType.DATE)
  declare lastMessageAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isArchived: boolean;

  @Column(DataType.JSONB)
  declare settings?: Record<string, any>;

  @HasMany(() => ConversationParticipant, { foreignKey: 'conversationId', as: 'participants' })
  declare participants?: any[];

  @HasMany(() => require('./message.model').Message, {
    foreignKey: 'conversationId',
    as: 'messages',
  })
  declare messages?: any[];
}
