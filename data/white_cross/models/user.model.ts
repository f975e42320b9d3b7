import {
  Column,
  DataType,
  Default,
  HasMany,
  Model,
  PrimaryKey,
  Table,
} from 'sequelize-typescript';

export enum UserRole {
  ADMIN = 'ADMIN',
  NURSE = 'NURSE',
  SCHOOL_ADMIN = 'SCHOOL_ADMIN',
  DISTRICT_ADMIN = 'DISTRICT_ADMIN',
  VIEWER = 'VIEWER',
  COUNSELOR = 'COUNSELOR',
}

export interface UserAttributes {
  id?: string;
  email: string;
  password: string;
  firstName: string;
  lastName: string;
  role: string;
  isActive: boolean;
  lastLogin?: Date;
  lastSeenAt?: Date;
  schoolId?: string;
  districtId?: string;
  phone?: string;
  emailVerified: boolean;
  emailVerificationToken?: string;
  emailVerificationExpires?: Date;
  passwordResetToken?: string;
  passwordResetExpires?: Date;
  passwordChangedAt?: Date;
  twoFactorEnabled: boolean;
  twoFactorSecret?: string;
  mfaEnabled: boolean;
  mfaSecret?: string;
  mfaBackupCodes?: string[];
  oauthProvider?: string;
  oauthProviderId?: string;
  failedLoginAttempts: number;
  lockoutUntil?: Date;
  lastPasswordChange?: Date;
  mustChangePassword: boolean;
  notificationPreferences?: Record<string, any>;
}

@Table({
  tableName: 'users',
  timestamps: true,
  underscored: false,
  comment: 'Staff who log in: nurses, counselors and administrators.',
  indexes: [
    { fields: ['districtId'] },
    { fields: ['lastSeenAt'] },
    { fields: ['schoolId'] },
  ],
})
export class User extends Model<UserAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING, allowNull: false, unique: true })
  declare email: string;

  // bcrypt hash, never the password itself
  @Column({ type: DataType.STRING, allowNull: false })
  declare password: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare firstName: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare lastName: string;

  @Column({
    type: DataType.ENUM(...(Object.values(UserRole) as string[])),
    allowNull: false,
    defaultValue: UserRole.NURSE,
  })
  declare role: UserRole;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column(DataType.DATE)
  declare lastLogin?: Date;

  @Column(DataType.DATE)
  declare lastSeenAt?: Date;

  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @Column({ type: DataType.UUID, allowNull: true })
  declare districtId?: string;

  @Column(DataType.STRING(20))
  declare phone?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare emailVerified: boolean;

  @Column(DataType.STRING)
  declare emailVerificationToken?: string;

  @Column(DataType.DATE)
  declare emailVerificationExpires?: Date;

  @Column(DataType.STRING)
  declare passwordResetToken?: string;

  @Column(DataType.DATE)
  declare passwordResetExpires?: Date;

  @Column(DataType.DATE)
  declare passwordChangedAt?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare twoFactorEnabled: boolean;

  @Column(DataType.STRING)
  declare twoFactorSecret?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare mfaEnabled: boolean;

  @Column(DataType.STRING)
  declare mfaSecret?: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare mfaBackupCodes?: string[];

  @Column(DataType.STRING(50))
  declare oauthProvider?: string;

  @Column({ type: DataType.STRING, allowNull: true })
  declare oauthProviderId?: string;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare failedLoginAttempts: number;

  @Column(DataType.DATE)
  declare lockoutUntil?: Date;

  @Column(DataType.DATE)
  declare lastPasswordChange?: Date;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare mustChangePassword: boolean;

  @Column(DataType.JSONB)
  declare notificationPreferences?: Record<string, any>;

  @HasMany(() => require('./student.model').Student, {
    foreignKey: 'nurseId',
    as: 'assignedStudents',
  })
  declare assignedStudents?: any[];

  get fullName(): string {
    return `${this.firstName} ${this.lastName}`;
  }
}
