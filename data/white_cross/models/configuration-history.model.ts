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

export interface ConfigurationHistoryAttributes {
  id?: string;
  configKey: string;
  oldValue?: string;
  newValue: string;
  changedBy: string;
  changedByName?: string;
  changeReason?: string;
  ipAddress?: string;
  configurationId: string;
}

@Table({
  tableName: 'configuration_history',
  timestamps: true,
  underscored: false,
  comment: 'Earlier values of settings.',
  indexes: [
    { fields: ['configurationId'] },
  ],
})
export class ConfigurationHistory extends Model<ConfigurationHistoryAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare configKey: string;

  @Column(DataType.TEXT)
  declare oldValue?: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare newValue: string;

  @Column({ type: DataType.UUID, allowNull: false })
  declare changedBy: string;

  @Column(DataType.STRING(200))
  declare changedByName?: string;

  @Column(DataType.TEXT)
  declare changeReason?: string;

  @Column(DataType.STRING(45))
  declare ipAddress?: string;

  @ForeignKey(() => require('./system-config.model').SystemConfig)
  @Column({ type: DataType.UUID, allowNull: false })
  declare configurationId: string;

  @BelongsTo(() => require('./system-config.model').SystemConfig, {
    foreignKey: 'configurationId',
    as: 'configuration',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare configuration?: any;
}
