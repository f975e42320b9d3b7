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

export interface ConsentSignatureAttributes {
  id?: string;
  consentFormId: string;
  studentId: string;
  signedBy: string;
  relationship: string;
  signatureData?: string;
  signedAt: Date;
  ipAddress?: string;
  withdrawnAt?: Date;
  withdrawnBy?: string;
}

@Table({
  tableName: 'consent_signatures',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Signatures under consents.',
  indexes: [
    { fields: ['consentFormId'] },
    { fields: ['studentId'] },
  ],
})
export class ConsentSignature extends Model<ConsentSignatureAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./consent-form.model').ConsentForm)
  @Column({ type: DataType.UUID, allowNull: false })
  declare consentFormId: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare signedBy: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare relationship: string;

  @Column(DataType.TEXT)
  declare signatureData?: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare signedAt: Date;

  @Column(DataType.STRING(45))
  declare ipAddress?: string;

  @Column(DataType.DATE)
  declare withdrawnAt?: Date;

  @Column(DataType.STRING(200))
  declare withdrawnBy?: string;

  @BelongsTo(() => require('./consent-form.model').ConsentForm, {
    foreignKey: 'consentFormId',
    as: 'consentForm',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare consentForm?: any;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'RESTRICT',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
