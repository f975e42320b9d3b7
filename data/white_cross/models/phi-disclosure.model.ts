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

export enum PhiDisclosureDisclosureType {
  TREATMENT = 'TREATMENT',
  PAYMENT = 'PAYMENT',
  OPERATIONS = 'OPERATIONS',
  LEGAL = 'LEGAL',
  PUBLIC_HEALTH = 'PUBLIC_HEALTH',
}

export interface PhiDisclosureAttributes {
  id?: string;
  studentId: string;
  disclosureType: string;
  purpose: string;
  recipientName: string;
  recipientOrganization?: string;
  disclosureDate: Date;
  followUpDate?: Date;
  disclosedBy?: string;
  notes?: string;
}

@Table({
  tableName: 'phi_disclosures',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Disclosures of PHI to outsiders.',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class PhiDisclosure extends Model<PhiDisclosureAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(PhiDisclosureDisclosureType) as string[])),
    allowNull: false,
  })
  declare disclosureType: PhiDisclosureDisclosureType;

  @Column({ type: DataType.STRING(500), allowNull: false })
  declare purpose: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare recipientName: string;

  @Column(DataType.STRING(200))
  declare recipientOrganization?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare disclosureDate: Date;

  @Column(DataType.DATE)
  declare followUpDate?: Date;

  @Column(DataType.UUID)
  declare disclosedBy?: string;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
