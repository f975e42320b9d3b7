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

export enum PolicyDocumentCategory {
  HIPAA = 'HIPAA',
  FERPA = 'FERPA',
  MEDICATION = 'MEDICATION',
  EMERGENCY = 'EMERGENCY',
  OPERATIONS = 'OPERATIONS',
}

export enum PolicyDocumentStatus {
  DRAFT = 'DRAFT',
  ACTIVE = 'ACTIVE',
  ARCHIVED = 'ARCHIVED',
}

export interface PolicyDocumentAttributes {
  id?: string;
  title: string;
  category: string;
  content: string;
  version: string;
  effectiveDate: Date;
  reviewDate?: Date;
  status: string;
  approvedById?: string;
  approvedAt?: Date;
}

@Table({
  tableName: 'policy_documents',
  timestamps: true,
  underscored: false,
  comment: 'Policies that staff must know.',
  indexes: [
    { fields: ['approvedById'] },
  ],
})
export class PolicyDocument extends Model<PolicyDocumentAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({
    type: DataType.ENUM(...(Object.values(PolicyDocumentCategory) as string[])),
    allowNull: false,
  })
  declare category: PolicyDocumentCategory;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare content: string;

  @Column({ type: DataType.STRING(20), allowNull: false, defaultValue: '1.0.0' })
  declare version: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare effectiveDate: Date;

  @Column(DataType.DATE)
  declare reviewDate?: Date;

  @Column({
    type: DataType.ENUM(...(Object.values(PolicyDocumentStatus) as string[])),
    allowNull: false,
    defaultValue: PolicyDocumentStatus.DRAFT,
  })
  declare status: PolicyDocumentStatus;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare approvedById?: string;

  @Column(DataType.DATE)
  declare approvedAt?: Date;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'approvedById', as: 'approvedBy' })
  declare approvedBy?: any;
}
