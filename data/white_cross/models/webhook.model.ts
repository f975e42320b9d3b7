import {
  Column,
  DataType,
  Default,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export interface WebhookAttributes {
  id?: string;
  url: string;
  events: string[];
  secret?: string;
  is_active: boolean;
  retry_count: number;
  lastTriggeredAt?: Date;
  last_error?: string;
  createdBy?: string;
}

@Table({
  tableName: 'webhooks',
  timestamps: true,
  underscored: false,
})
export class Webhook extends Model<WebhookAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(500), allowNull: false })
  declare url: string;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare events: string[];

  @Column(DataType.STRING)
  declare secret?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare is_active: boolean;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare retry_count: number;

  @Column(DataType.DATE)
  declare lastTriggeredAt?: Date;

  @Column(DataType.TEXT)
  declare last_error?: string;

  @Column(DataType.UUID)
  declare createdBy?: string;
}
