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

export enum RemediationActionPriority {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  URGENT = 'URGENT',
}

export enum RemediationActionStatus {
  PLANNED = 'PLANNED',
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  VERIFIED = 'VERIFIED',
}

export interface RemediationActionAttributes {
  id?: string;
  violationId: string;
  action: string;
  priority: string;
  status: string;
  assignedToId?: string;
  dueDate: Date;
  completedAt?: Date;
  verificationNotes?: string;
}

@Table({
  tableName: 'remediation_actions',
  timestamps: true,
  underscored: false,
  comment: 'What is done about a violation.',
  indexes: [
    { fields: ['assignedToId'] },
    { fields: ['violationId'] },
  ],
})
export class RemediationAction extends Model<RemediationActionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./compliance-violation.model').ComplianceViolation)
  @Column({ type: DataType.UUID, allowNull: false })
  declare violationId: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare action: string;

  @Column({
    type: DataType.ENUM(...(Object.values(RemediationActionPriority) as string[])),
    allowNull: false,
  })
  declare priority: RemediationActionPriority;

  @Column({
    type: DataType.ENUM(...(Object.values(RemediationActionStatus) as string[])),
    allowNull: false,
    defaultValue: RemediationActionStatus.PLANNED,
  })
  declare status: RemediationActionStatus;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare assignedToId?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare dueDate: Date;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column(DataType.TEXT)
  declare verificationNotes?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'assignedToId', as: 'assignedTo' })
  declare assignedTo?: any;

  @BelongsTo(() => require('./compliance-violation.model').ComplianceViolation, {
    foreignKey: 'violationId',
    as: 'violation',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare violation?: any;
}
