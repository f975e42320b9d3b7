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

export enum EmergencyBroadcastType {
  ACTIVE_THREAT = 'ACTIVE_THREAT',
  MEDICAL = 'MEDICAL',
  FIRE = 'FIRE',
  WEATHER = 'WEATHER',
  LOCKDOWN = 'LOCKDOWN',
  EVACUATION = 'EVACUATION',
  OTHER = 'OTHER',
}

export enum EmergencyBroadcastPriority {
  CRITICAL = 'CRITICAL',
  HIGH = 'HIGH',
  MEDIUM = 'MEDIUM',
  LOW = 'LOW',
}

export enum EmergencyBroadcastStatus {
  DRAFT = 'DRAFT',
  SENDING = 'SENDING',
  SENT = 'SENT',
  CANCELLED = 'CANCELLED',
}

export interface EmergencyBroadcastAttributes {
  id?: string;
  type: string;
  priority: string;
  title: string;
  message: string;
  audience: string[];
  schoolId?: string;
  sentById: string;
  status: string;
  sentAt?: Date;
  expiresAt?: Date;
  totalRecipients: number;
  acknowledgedCount: number;
}

@Table({
  tableName: 'emergency_broadcasts',
  timestamps: true,
  underscored: false,
  comment: 'Alarms sent to a whole school or district.',
  indexes: [
    { fields: ['schoolId'] },
    { fields: ['sentById'] },
  ],
})
export class EmergencyBroadcast extends Model<EmergencyBroadcastAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyBroadcastType) as string[])),
    allowNull: false,
  })
  declare type: EmergencyBroadcastType;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyBroadcastPriority) as string[])),
    allowNull: false,
  })
  declare priority: EmergencyBroadcastPriority;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare message: string;

  @Column({ type: DataType.ARRAY(DataType.TEXT), allowNull: false, defaultValue: [] })
  declare audience: string[];

  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: false })
  declare sentById: string;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyBroadcastStatus) as string[])),
    allowNull: false,
    defaultValue: EmergencyBroadcastStatus.DRAFT,
  })
  declare status: EmergencyBroadcastStatus;

  @Column(DataType.DATE)
  declare sentAt?: Date;

  @Column(DataType.DATE)
  declare expiresAt?: Date;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare totalRecipients: number;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare acknowledgedCount: number;

  @BelongsTo(() => require('./school.model').School, {
    foreignKey: 'schoolId',
    as: 'school',
    onDelete: 'SET NULL',
    onUpdate: 'CASCADE',
  })
  declare school?: any;

  @BelongsTo(() => require('./user.model').User, {
    foreignKey: 'sentById',
    as: 'sentBy',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare sentBy?: any;
}
