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

export interface MessageReactionAttributes {
  id?: string;
  messageId: string;
  userId: string;
  emoji: string;
}

@Table({
  tableName: 'message_reactions',
  timestamps: true,
  underscored: false,
  comment: 'Emoji reactions to a message.',
  indexes: [
    { fields: ['messageId'] },
    { fields: ['userId'] },
  ],
})
export class MessageReaction extends Model<MessageReactionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./message.model').Message)
  @Column({ type: DataType.UUID, allowNull: false })
  declare messageId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare userId: string;

  @Column({ type: DataType.STRING(20), allowNull: false })
  declare emoji: string;

  @BelongsTo(() => require('./message.model').Message, {
    foreignKey: 'messageId',
    as: 'message',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare message?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
