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

export enum Gender {
  MALE = 'MALE',
  FEMALE = 'FEMALE',
  OTHER = 'OTHER',
  PREFER_NOT_TO_SAY = 'PREFER_NOT_TO_SAY',
}

export interface StudentAttributes {
  id?: string;
  studentNumber: string;
  firstName: string;
  lastName: string;
  dateOfBirth: string;
  grade: string;
  gender: string;
  photo?: string;
  medicalRecordNum?: string;
  ssn?: string;
  isActive: boolean;
  enrollmentDate: string;
  nurseId?: string;
  schoolId?: string;
  districtId?: string;
  legacyCode?: string;
  metadata?: Record<string, any>;
  createdBy?: string;
  updatedBy?: string;
}

@Table({
  tableName: 'students',
  timestamps: true,
  underscored: false,
  paranoid: true,
  comment: 'Students and the identity part of their health file (PHI).',
  indexes: [
    { fields: ['nurseId'] },
    { fields: ['studentNumber'], unique: true },
    { fields: ['isActive'] },
    { fields: ['grade'] },
    { fields: ['lastName', 'firstName'] },
  ],
})
export class Student extends Model<StudentAttributes> {
  @PrimaryKey
  @Default(DataType.UUIDV4)
  @Column(DataType.UUID)
  declare id: string;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare studentNumber: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare firstName: string;

  @Column({ type: DataType.STRING(100), allowNull: false })
  declare lastName: string;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare dateOfBirth: string;

  @Column({ type: DataType.STRING(10), allowNull: false })
  declare grade: string;

  @Column({ type: DataType.ENUM(...(Object.values(Gender) as string[])), allowNull: false })
  declare gender: Gender;

  @Column(DataType.STRING(500))
  declare photo?: string;

  @Column({ type: DataType.STRING(50), unique: true })
  declare medicalRecordNum?: string;

  @Column(DataType.STRING(11))
  declare ssn?: string;

  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: true })
  declare isActive: boolean;

  @Column({ type: DataType.DATEONLY, allowNull: false })
  declare enrollmentDate: string;

  @ForeignKey(() => require('./user.model').User)
  @Column({ type: DataType.UUID, allowNull: true })
  declare nurseId?: string;

  @ForeignKey(() => require('./school.model').School)
  @Column({ type: DataType.UUID, allowNull: true })
  declare schoolId?: string;

  @ForeignKey(() => require('./district.model').District)
  @Column({ type: DataType.UUID, allowNull: true })
  declare districtId?: string;

  @Column(DataType.STRING(20))
  declare legacyCode?: string;

  @Column(DataType.JSONB)
  declare metadata?: Record<string, any>;

  @Column(DataType.UUID)
  declare createdBy?: string;

  @Column(DataType.UUID)
  declare updatedBy?: string;

  @BelongsTo(() => require('./district.model').District, {
    foreignKey: 'districtId',
    as: 'district',
  })
  declare district?: any;

  @BelongsTo(() => require('./user.model').User, { foreignKey: 'nurseId', as: 'nurse' })
  declare nurse?: any;

  @BelongsTo(() => require('./school.model').School, { foreignKey: 'schoolId', as: 'school' })
  declare school?: any;

  @HasMany(() => require('./health-record.model').HealthRecord, {
    foreignKey: 'studentId',
    as: 'healthRecords',
    onDelete: 'CASCADE',
  })
  declare healthRecords?: any[];

  @HasMany(() => require('./allergy.model').Allergy, {
    foreignKey: 'studentId',
    as: 'allergies',
    onDelete: 'CASCADE',
  })
  declare allergies?: any[];

  @HasMany(() => require('./appointment.model').Appointment, {
    foreignKey: 'studentId',
    as: 'appointments',
    onDelete: 'CASCADE',
  })
  declare appointments?: any[];

  @HasMany(() => require('./emergency-contact.model').EmergencyContact, {
    foreignKey: 'studentId',
    as: 'emergencyContacts',
    onDelete: 'CASCADE',
  })
  declare emergencyContacts?: any[];

  @HasMany(() => require('./medication-log.model').MedicationLog, {
    foreignKey: 'studentId',
    as: 'medicationLogs',
  })
  declare medicationLogs?: any[];

  get fullName(): string {
    return `${this.firstName} ${this.lastName}`;
  }
}
