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

export enum MessageTemplateType {
  EMAIL = 'EMAIL',
  SMS = 'SMS',
  PUSH = 'PUSH',
  VOICE = 'VOICE',
}

export interface MessageTemplateAttributes {
  id?: string;
  name: string;
  subject?: string;
  content: string;
  type: string;
  category: string;
  variables: string[];
  isActive: boolean;
  createdById: string;
}

@Table({
  tableName: 'message_templates',
  timestamps: true,
  underscored: false,
  comment: 'Texts that messages are made from.',
  indexes: [
    { fields: ['createdById'] },
  ],
})
export class MessageTemplate extends Model<MessageTemplateAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false, unique: true })
  declare name: string;

  @Column(DataType.STRING)
  declare subject?: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare content: string;

  @Column({
    type: DataType.ENUM(...(Object.values(MessageTemplateType) as string[])),
    allowNull: false,
  })
  declare type: MessageTemplateType;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare category: string;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare variables: string[];

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare createdById: string;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'createdById',
    as: 'createdBy',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare createdBy?: any;
}
