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

export interface AlertPreferencesAttributes {
  id?: string;
  userId: string;
  schoolId?: string;
  channels: string[];
  severityFilter: string[];
  quietHoursStart?: string;
  quietHoursEnd?: string;
  isActive: boolean;
}

@Table({
  tableName: 'alert_preferences',
  timestamps: true,
  underscored: false,
  comment: 'Which alerts a user wants, and how.',
  indexes: [
    { fields: ['schoolId'] },
    { fields: ['userId'] },
  ],
})
export class AlertPreferences extends Model<AlertPreferencesAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare userId: string;

  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare channels: string[];

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare severityFilter: string[];

  @Column(DataType.TIME)
  declare quietHoursStart?: string;

  @Column(DataType.TIME)
  declare quietHoursEnd?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @BelongsTo(() => require('./school.model').School, { foreignKey: 'schoolId', as: 'school' })
  declare school?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'userId',
    as: 'user',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare user?: any;
}
