import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum ConsentFormConsentType {
  TREATMENT = 'TREATMENT',
  MEDICATION = 'MEDICATION',
  FIELD_TRIP = 'FIELD_TRIP',
  PHOTO = 'PHOTO',
  DATA_SHARING = 'DATA_SHARING',
  EMERGENCY_CARE = 'EMERGENCY_CARE',
}

export enum ConsentFormStatus {
  PENDING = 'PENDING',
  APPROVED = 'APPROVED',
  REJECTED = 'REJECTED',
  EXPIRED = 'EXPIRED',
}

export interface ConsentFormAttributes {
  id?: string;
  studentId: string;
  consentType: string;
  status: string;
  title: string;
  content: string;
  version: string;
  consentDate: Date;
  expiresAt?: Date;
}

@Table({
  tableName: 'consent_forms',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Consents asked from families.',
  indexes: [
    { fields: ['studentId'] },
  ],
})
export class ConsentForm extends Model<ConsentFormAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({
    type: DataType.ENUM(...(Object.values(ConsentFormConsentType) as string[])),
    allowNull: false,
  })
  declare consentType: ConsentFormConsentType;

  @Column({
    type: DataType.ENUM(...(Object.values(ConsentFormStatus) as string[])),
    allowNull: false,
    defaultValue: ConsentFormStatus.PENDING,
  })
  declare status: ConsentFormStatus;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare title: string;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare content: string;

  @Column({ type: DataType.STRING(20), allowNull: false, defaultValue: '1.0.0' })
  declare version: string;

  @Column({ type: DataType.DATE, allowNull: false })
  declare consentDate: Date;

  @Column(DataType.DATE)
  declare expiresAt?: Date;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;

  @HasMany(() => require('./consent-signature.model').ConsentSignature, {
    foreignKey: 'consentFormId',
    as: 'signatures',
  })
  declare signatures?: any[];
}
