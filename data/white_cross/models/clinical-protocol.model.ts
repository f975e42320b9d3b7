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

export enum ClinicalProtocolStatus {
  DRAFT = 'DRAFT',
  ACTIVE = 'ACTIVE',
  RETIRED = 'RETIRED',
}

export interface ClinicalProtocolAttributes {
  id?: string;
  name: string;
  code: string;
  category: string;
  version: number;
  steps: Record<string, any>;
  status: string;
  effectiveDate: string;
  reviewDate?: string;
  approvedById?: string;
}

@Table({
  tableName: 'clinical_protocols',
  timestamps: true,
  underscored: false,
  comment: 'Standing protocols for common complaints.',
  indexes: [
    { fields: ['approvedById'] },
  ],
})
export class ClinicalProtocol extends Model<ClinicalProtocolAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false, unique: true })
  declare name: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare code: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare category: string;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 1 })
  declare version: number;

  @Column({ type: DataType.JSONB, allowNull: false })
  declare steps: Record<string, any>;

  @Column({
    type: DataType.ENUM(...(Object.values(ClinicalProtocolStatus) as string[])),
    allowNull: false,
    defaultValue: ClinicalProtocolStatus.DRAFT,
  })
  declare status: ClinicalProtocolStatus;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare effectiveDate: string;

  @Column(DataType.DATEONLY)
  declare reviewDate?: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare approvedById?: string;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'approvedById', as: 'approvedBy' })
  declare approvedBy?: any;
}
