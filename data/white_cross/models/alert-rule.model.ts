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

export enum AlertRuleSeverity {
  INFO = 'INFO',
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  CRITICAL = 'CRITICAL',
}

export interface AlertRuleAttributes {
  id?: string;
  name: string;
  description?: string;
  category: string;
  severity: string;
  triggerConditions: Record<string, any>;
  cooldownPeriod?: number;
  isActive: boolean;
  schoolId?: string;
  createdBy?: string;
}

@Table({
  tableName: 'alert_rules',
  timestamps: true,
  underscored: false,
  comment: 'Conditions that raise alerts.',
  indexes: [
    { fields: ['schoolId'] },
  ],
})
export class AlertRule extends Model<AlertRuleAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare name: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare category: string;

  @Column({
    type: DataType.ENUM(...(Object.values(AlertRuleSeverity) as string[])),
    allowNull: false,
  })
  declare severity: AlertRuleSeverity;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare triggerConditions: Record<string, any>;

  @Column(DataType.INTEGER)
  declare cooldownPeriod?: number;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @Column(DataType.UUID)
  declare createdBy?: string;

  @BelongsTo(() => require('./school.model').School, {
    foreignKey: 'schoolId',
    as: 'school',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare school?: any;
}
