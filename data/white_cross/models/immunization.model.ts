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

export enum ImmunizationStatus {
  RECEIVED = 'RECEIVED',
  VERIFIED = 'VERIFIED',
  REJECTED = 'REJECTED',
}

export interface ImmunizationAttributes {
  id?: string;
  studentId: string;
  vaccineName: string;
  cvxCode?: string;
  administeredDate: string;
  expirationDate?: string;
  provider?: string;
  exemptionReason?: string;
  status: string;
  documentUrl?: string;
}

@Table({
  tableName: 'immunizations',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Immunization certificates received from outside (PHI).',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class Immunization extends Model<ImmunizationAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare vaccineName: string;

  @Column(DataType.STRING(10))
  declare cvxCode?: string;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare administeredDate: string;

  @Column(DataType.DATEONLY)
  declare expirationDate?: string;

  @Column(DataType.STRING(200))
  declare provider?: string;

  @Column(DataType.STRING(200))
  declare exemptionReason?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ImmunizationStatus) as string[])),
    allowNull: false,
    defaultValue: ImmunizationStatus.RECEIVED,
  })
  declare status: ImmunizationStatus;

  @Column(DataType.STRING(500))
  declare documentUrl?: string;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
