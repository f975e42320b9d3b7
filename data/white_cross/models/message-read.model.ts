import {
  BelongsTo,
  Column,
  DataType,
  ForeignKey,
  Model,
  Table,
} from 'sequelize-typescript';

export interface MessageReadAttributes {
  messageId: string;
  userId: string;
  readAt: Date;
}

@Table({
  tableName: 'message_read',
  timestamps: true,
  underscored: false,
  comment: 'Who has read which message.',
  indexes: [
    { fields: ['messageId', 'userId'] },
    { fields: ['userId'] },
  ],
})
export class MessageRead extends Model<MessageReadAttributes> {
  @ForeignKey(() => require('./message.model').Message)
  @Column({ type: DataType.UUID, allowNull: false, primaryKey: true })
  declare messageId: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false, primaryKey: true })
  declare userId: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare readAt: Date;

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
