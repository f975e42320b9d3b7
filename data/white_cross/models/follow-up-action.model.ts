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

export enum FollowUpActionPriority {
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
  URGENT = 'URGENT',
}

export enum FollowUpActionStatus {
  PENDING = 'PENDING',
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  CANCELLED = 'CANCELLED',
}

export interface FollowUpActionAttributes {
  id?: string;
  incidentReportId: string;
  action: string;
  dueDate: Date;
  priority: string;
  status: string;
  assignedTo?: string;
  completedAt?: Date;
  completedBy?: string;
  notes?: string;
}

@Table({
  tableName: 'follow_up_actions',
  timestamps: true,
  underscored: false,
  comment: 'What has to be done after an incident.',
  indexes: [
    { fields: ['incidentReportId'] },
  ],
})
export class FollowUpAction extends Model<FollowUpActionAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./incident-report.model').IncidentReport)
  @Column({ type: DataType.UUID, allowNull: false })
  declare incidentReportId: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare action: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare dueDate: Date;

  @Column({
    type: DataType.ENUM(...(Object.values(FollowUpActionPriority) as string[])),
    allowNull: false,
    defaultValue: FollowUpActionPriority.MEDIUM,
  })
  declare priority: FollowUpActionPriority;

  @Column({
    type: DataType.ENUM(...(Object.values(FollowUpActionStatus) as string[])),
    allowNull: false,
    defaultValue: FollowUpActionStatus.PENDING,
  })
  declare status: FollowUpActionStatus;

  @Column(DataType.UUID)
  declare assignedTo?: string;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column(DataType.UUID)
  declare completedBy?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./incident-report.model').IncidentReport, {
    foreignKey: 'incidentReportId',
    as: 'incidentReport',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare incidentReport?: any;
}
