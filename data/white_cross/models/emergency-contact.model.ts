import {
  BelongsTo,
  Column,
  DataType,
  Default,
  ForeignKey,
  Index,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum EmergencyContactPriority {
  PRIMARY = 'PRIMARY',
  SECONDARY = 'SECONDARY',
  EMERGENCY_ONLY = 'EMERGENCY_ONLY',
}

export enum EmergencyContactPreferredContactMethod {
  SMS = 'SMS',
  EMAIL = 'EMAIL',
  VOICE = 'VOICE',
  ANY = 'ANY',
}

export enum EmergencyContactVerificationStatus {
  UNVERIFIED = 'UNVERIFIED',
  PENDING = 'PENDING',
  VERIFIED = 'VERIFIED',
  FAILED = 'FAILED',
}

export interface EmergencyContactAttributes {
  id?: string;
  studentId: string;
  firstName: string;
  lastName: string;
  relationship: string;
  phoneNumber: string;
  email?: string;
  address?: string;
  priority: string;
  isPrimary: boolean;
  isActive: boolean;
  preferredContactMethod: string;
  verificationStatus: string;
  lastVerifiedAt?: Date;
  canPickupStudent: boolean;
  notes?: string;
}

@Table({
  tableName: 'emergency_contacts',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'People to call for a student (PHI).',
})
export class EmergencyContact extends Model<EmergencyContactAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Index
  @ForeignKey(() => require('./student.model').Student)
  @Column({ type: DataType.UUID, allowNull: false })
  declare studentId: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare firstName: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare lastName: string;

  @Column({ type: DataType.STRING(50), allowNull: false })
  declare relationship: string;

  @Column({ type: DataType.STRING(20), allowNull: false })
  declare phoneNumber: string;

  @Column(DataType.STRING)
  declare email?: string;

  @Column(DataType.TEXT)
  declare address?: string;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyContactPriority) as string[])),
    allowNull: false,
    defaultValue: EmergencyContactPriority.PRIMARY,
  })
  declare priority: EmergencyContactPriority;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isPrimary: boolean;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyContactPreferredContactMethod) as string[])),
    allowNull: false,
    defaultValue: EmergencyContactPreferredContactMethod.ANY,
  })
  declare preferredContactMethod: EmergencyContactPreferredContactMethod;

  @Column({
    type: DataType.ENUM(...(Object.values(EmergencyContactVerificationStatus) as string[])),
    allowNull: false,
    defaultValue: EmergencyContactVerificationStatus.UNVERIFIED,
  })
  declare verificationStatus: EmergencyContactVerificationStatus;

  @Column(DataType.DATE)
  declare lastVerifiedAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare canPickupStudent: boolean;

  @Column(DataType.TEXT)
  declare notes?: string;

  @BelongsTo(() => require('./student.model').Student, {
    foreignKey: 'studentId',
    as: 'student',
    onDelete: 'CASCADE',
    onUpdate: 'CASCADE',
  })
  declare student?: any;
}
