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
import { Conversation } from './conversation.model';

export enum ConversationParticipantRole {
  OWNER = 'OWNER',
  ADMIN = 'ADMIN',
  MEMBER = 'MEMBER',
  VIEWER = 'VIEWER',
}

export interface ConversationParticipantAttributes {
  id?: string;
  conversationId: string;
  userId: string;
  role: string;
  joinedAt: Date;
  lastReadAt?: Date;
  isMuted: boolean;
  isPinned: boolean;
  customName?: string;
}

@Table({
  tableName: 'conversation_participants',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Who takes part in a conversation.',
})
export class ConversationParticipant extends Model<ConversationParticipantAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./conversation.model').Conversation)
  @Column({ type: DataType.UUID, allowNull: false })
  declare conversationId: string;

  @Index
  @Column({ type: DataType.UUID, allowNull: false, comment: 'User ID who is a participant' })
  declare userId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ConversationParticipantRole) as string[])),
    allowNull: false,
    defaultValue: ConversationParticipantRole.MEMBER,
  })
  declare role: ConversationParticipantRole;

  @Column({ type: DataType.DATE, allowNull: false })
  declare joinedAt: Date;

  @Column(DataType.DATE)
  declare lastReadAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isMuted: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isPinned: boolean;

  @Column(DataType.STRING(200))
  declare customName?: string;

  @BelongsTo(() => Conversation, { foreignKey: 'conversationId', as: 'conversation' })
  declare conversation?: any;
}
