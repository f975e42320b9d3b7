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

export enum ComplianceChecklistItemCategory {
  PRIVACY = 'PRIVACY',
  SECURITY = 'SECURITY',
  DOCUMENTATION = 'DOCUMENTATION',
  TRAINING = 'TRAINING',
  MEDICATION = 'MEDICATION',
}

export enum ComplianceChecklistItemStatus {
  PENDING = 'PENDING',
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  NOT_APPLICABLE = 'NOT_APPLICABLE',
}

export interface ComplianceChecklistItemAttributes {
  id?: string;
  requirement: string;
  description?: string;
  category: string;
  status: string;
  dueDate?: Date;
  completedAt?: Date;
  completedBy?: string;
  reportId?: string;
}

@Table({
  tableName: 'compliance_checklist_items',
  timestamps: true,
  underscored: false,
  comment: 'Items of a compliance checklist.',
  indexes: [
    { fields: ['reportId'] },
  ],
})
export class ComplianceChecklistItem extends Model<ComplianceChecklistItemAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(500), allowNull: false })
  declare requirement: string;

  @Column(DataType.TEXT)
  declare description?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceChecklistItemCategory) as string[])),
    allowNull: false,
  })
  declare category: ComplianceChecklistItemCategory;

  @Column({
    type: DataType.ENUM(...(Object.values(ComplianceChecklistItemStatus) as string[])),
    allowNull: false,
    defaultValue: ComplianceChecklistItemStatus.PENDING,
  })
  declare status: ComplianceChecklistItemStatus;

  @Column(DataType.DATE)
  declare dueDate?: Date;

  @Column(DataType.DATE)
  declare completedAt?: Date;

  @Column(DataType.UUID)
  declare completedBy?: string;

  @ForeignKey(() => require('./compliance-report.model').ComplianceReport)
  @Column({ type: DataType.UUID, allowNull: true })
  declare reportId?: string;

  @BelongsTo(() => require('./compliance-report.model').ComplianceReport, {
    foreignKey: 'reportId',
    as: 'report',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare report?: any;
}
